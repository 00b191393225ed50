"""A guess of the language that markdown is written in: by its script, or its commonest words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

UNKNOWN = "und"  # ISO 639-2 for "undetermined"

LONGEST = 8_000  # characters looked at
_SHARE = 0.15  # of all letters: a script, for English names are in every text

# Markup that is English, or no language, in every notebook.
_MARKUP = re.compile(
    r"```.*?(?:```|\Z)|`[^`\n]*`|\$\$.*?(?:\$\$|\Z)|\$[^$\n]*\$|<[^<>]*>"
    r"|\]\([^()\s]*\)|(?:https?|data):\S+|&\w+;",
    re.DOTALL,
)
_OTHER = re.compile(r"[^\x00-\u036f]+")  # neither Latin nor its accents
_WORD = re.compile(r"[^\W\d_]+")

# Letters of one script; kana before Han, which Japanese has too.
_SCRIPTS = {
    "ja": re.compile("[\u3041-\u30ff]"),
    "ko": re.compile("[\uac00-\ud7a3\u3131-\u318e]"),
    "zh": re.compile("[\u3400-\u9fff]"),
    "ru": re.compile("[\u0400-\u04ff]"),
    "el": re.compile("[\u0370-\u03ff]{3,}"),  # single ones are formulas
    "he": re.compile("[\u0590-\u05ff]"),
    "ar": re.compile("[\u0600-\u06ff]"),
    "hi": re.compile("[\u0900-\u097f]"),
    "bn": re.compile("[\u0980-\u09ff]"),
    "th": re.compile("[\u0e00-\u0e7f]"),
}
# A sentence of Japanese or Chinese has fewer letters than the English names beside it.
_DENSE = {"ja": 0.05, "zh": 0.1}

_COMMON = {
    language: frozenset(words.split())
    for language, words in {
        "en": "the of and to is in we this for that with are as on be it you can by from have "
        "will our not an or which use using at if",
        "es": "de la que el en y los se del las un por con una para es al lo como más este esta "
        "son su datos vamos podemos también",
        "fr": "de la le et les des en un une du est que pour dans nous sur par qui au avec ce il "
        "pas plus cette sont vous données",
        "pt": "de que e do da em um para com uma os no se na por mais as dos como ao não são é "
        "foi dados vamos você também",
        "it": "di che è e la il un per una in del con non sono della si le dei come al nel più i "
        "gli questo dati possiamo",
        "de": "der die und in das den von zu mit ist ein eine für auf des nicht wir sie im dem "
        "werden auch als es sind oder kann",
        "nl": "de het een van en in is dat op te zijn voor met die niet aan er om ook we als dan "
        "bij naar deze kunnen",
        "pl": "i w na z do się jest nie że to o dla jak są od przez po który ale danych oraz",
        "tr": "ve bir bu için ile olarak da de olan daha çok gibi en sonra veri kadar değil",
        "vi": "và của là có các cho được trong một với không để này những khi dữ liệu chúng ta",
        "id": "yang dan di dengan untuk dari ini pada adalah dalam akan tidak itu kita atau",
    }.items()
}


def guess_language(markdown: Iterable[str]) -> str:
    """ISO 639-1 code of the language of a notebook's markdown, or :data:`UNKNOWN`.

    Args:
        markdown: Sources of the cells, or parts of them.
    """
    text = _MARKUP.sub(" ", "\n".join(markdown)[:LONGEST]).lower()
    words = _WORD.findall(text)
    letters = sum(map(len, words))
    other = "" if text.isascii() else " ".join(_OTHER.findall(text))
    for language, script in _SCRIPTS.items() if other else ():
        if sum(map(len, script.findall(other))) > _DENSE.get(language, _SHARE) * letters:
            return language
    counts = Counter(words)
    found = {language: sum(counts[word] for word in common) for language, common in _COMMON.items()}
    best = max(found, key=found.__getitem__)
    return best if found[best] else UNKNOWN
