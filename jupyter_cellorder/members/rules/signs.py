"""Signs of a cell's place: what kind of section its title names, what its text says of itself."""

from __future__ import annotations

import re

_TITLES = {
    "contents": r"(?:table of )?contents|toc|outline|agenda|sumário|目录|índice|inhalt\w*",
    "introduction": r"introduc\w*|einführung|einleitung|introdução|简介|介绍|введение",
    "overview": r"overview|about(?: this)? \w+|abstract|motivation|background",
    "objectives": r"(?:learning )?(?:objectives?|goals?|outcomes?)|what you.*learn\w*",
    "prerequisites": r"pre ?requisites?|requirements|before you (?:begin|start)",
    "install": r"install\w*(?: .*)?",
    "setup": r"set ?up\b.*|getting started|environment|configuration",
    "imports": r"import\w*(?: .*)?|librar(?:y|ies).*|load (?:the )?(?:libraries|packages|modules)",
    "data": r"(?:(?:load|read|get|download|import|fetch)\w* .*)?data\w*|"
    r"(?:the )?data ?sets?|the data",
    "cleanup": r"clean(?:ing)? ?up(?: .*)?|delete (?:the )?resources|tear ?down",
    "exercises": r"exercises?|practice|homework|your turn|challenges?|assignment",
    "solutions": r"(?:exercise )?solutions?|answers?",
    "summary": r"(?:in )?summary|summing up|recap|(?:key )?takeaways?|wrap(?:ping)? ?up|总结|小结|"
    r"resumo|resumen|zusammenfassung",
    "conclusion": r"conclusions?|concluding remarks|final (?:thoughts|remarks|words)|fazit|"
    r"conclusão|conclusión|выводы?|заключение|结论",
    "next steps": r"what.?s next|next steps?|where to go .*|going further|future work|learn more|"
    r"further (?:reading|work|resources)|(?:additional|more) resources|resources|see also",
    "references": r"references?|bibliography|citations?|literature|sources|referências|参考文献|"
    r"参考资料|литература",
    "authors": r"about the authors?|authors?|acknowledg\w*|credits|contact|licen[cs]e|change ?log|"
    r"feedback",
}

_TEXTS = {
    "badge": r"colab\.research\.google|mybinder\.org|colab-badge|binder/badge|studiolab\.|"
    r"console\.cloud\.google\.com/(?:ai|vertex)|open-in-kaggle",
    "copyright": r"copyright|\u00a9|&copy;|licensed under",
    "this notebook": r"\b(?:in )?this (?:notebook|tutorial|lab|chapter|lesson|example|guide|demo|"
    r"recipe|session|unit|module|assignment|workshop)\b",
    "after this": r"by the end of this|after (?:completing|working through) th|you will learn",
    "change log": r"^[ \t]*\|[ \t]*date\b.{0,80}\|[ \t]*version",
    "farewell": r"congratulations|you(?:'ve| have) (?:now )?(?:completed|finished|reached the end)|"
    r"thank(?:s| you) for (?:reading|completing|your)|happy (?:coding|learning|hacking)|"
    r"we hope (?:that )?you|join the community",
    "navigation": r"\[[^\]\n]{0,80}(?:previous|prev\b|<<|&lt;|\u2190)[^\]\n]{0,80}\]\(|"
    r"\|[^|\n]{0,80}\[[^\]\n]{0,80}contents?\]\(",
    "picture": r"\A\s*(?:<[^>]+>\s*)*(?:!\[|<img\b)",
}

_TITLE = {name: re.compile(rf"(?:{text})\Z") for name, text in _TITLES.items()}
_TEXT = {name: re.compile(text, re.IGNORECASE | re.MULTILINE) for name, text in _TEXTS.items()}


def signs_of(title: str, source: str) -> frozenset[str]:
    """The signs that a markdown cell bears.

    Args:
        title: as in :class:`jupyter_cellorder.members.rules.reading.Reading`.
        source: the cell's text.

    Returns:
        Keys of `_TITLES`, whose expressions match the whole title, and of `_TEXTS`, whose
        expressions are found anywhere in the text.
    """
    found = (
        {name for name, text in _TITLE.items() if text.match(title)} if len(title) < 80 else set()
    )
    return frozenset(found | {name for name, text in _TEXT.items() if text.search(source)})
