"""The language of markdown."""

from __future__ import annotations

import pytest

from training.data.language import UNKNOWN, guess_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("In this section we load the data and plot it.", "en"),
        ("En esta sección vamos a cargar los datos y mostrarlos con una gráfica.", "es"),
        ("Dans cette partie, nous chargeons les données et nous les affichons.", "fr"),
        ("Nesta seção vamos carregar os dados e mostrar um gráfico para você.", "pt"),
        ("In diesem Abschnitt laden wir die Daten und zeigen sie mit einem Bild.", "de"),
        ("In questa sezione carichiamo i dati e li mostriamo con un grafico.", "it"),
        ("## データを読み込む\nPandas の DataFrame を使います。", "ja"),
        ("## 读取数据\n使用 Pandas 的 DataFrame 进行分析。", "zh"),
        ("## 데이터 불러오기\nPandas 를 사용합니다.", "ko"),
        ("Здесь мы загрузим данные и построим графики Pandas.", "ru"),
        ("في هذا القسم نقوم بتحميل البيانات", "ar"),
        ("## 1.2", UNKNOWN),
        ("", UNKNOWN),
    ],
)
def test_languages(text: str, language: str) -> None:
    assert guess_language([text]) == language


@pytest.mark.parametrize(
    "markup",
    [
        "```\nthe of and to is in we this for that\n```",
        "`the` `of` `and` `to` `is`",
        "<div class='of the and is to in'>",
        "[aquí](https://example.org/the/of/and/to/is/in/we)",
        "$$the of and to is in we$$",
    ],
)
def test_markup_is_no_language(markup: str) -> None:
    assert guess_language([markup, "Los datos de la tabla"]) == "es"


def test_formulas_are_not_greek() -> None:
    text = "The angle \u03b1 of the \u03b2 and \u03b3, \u03b4, \u03b5, \u03b6, \u03b7"
    assert guess_language([text]) == "en"
