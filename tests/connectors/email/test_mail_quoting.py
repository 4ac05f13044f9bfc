# ruff: noqa: RUF001, PLE2502 - the letters and marks of other languages are meant
"""New text shown, repetition folded, and never a line lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hilo.connectors.email.quoting import split

NEW = "Thank you, that works.\n\nCarol"
QUOTE = "> Did it work?\n> Ada"

INTRODUCTIONS = [
    "On Sun, 22 Nov 2026 at 09:40, Ada <help@desk.test> wrote:",
    "On 22 Nov 2026, at 09:40, Ada wrote:",
    "On Sunday, November 22, 2026 at 9:40 AM, Ada\n<help@desk.test> wrote:",
    "El dom, 22 nov 2026 a las 9:40, Ada (<help@desk.test>) escribió:",
    "El 22/11/2026 a las 9:40, Ada escribió:",
    "Em dom., 22 de nov. de 2026 às 09:40, Ada <help@desk.test> escreveu:",
    "Le dim. 22 nov. 2026 à 09:40, Ada <help@desk.test> a écrit :",
    "Am So., 22. Nov. 2026 um 09:40 Uhr schrieb Ada <help@desk.test>:",
    "Am 22.11.2026 um 09:40 schrieb Ada:",
    "Il giorno dom 22 nov 2026 alle ore 09:40 Ada <help@desk.test> ha scritto:",
    "Op zo 22 nov. 2026 om 09:40 schreef Ada <help@desk.test>:",
    "Den sön 22 nov. 2026 kl 09:40 skrev Ada <help@desk.test>:",
    "søn. 22. nov. 2026 kl. 09:40 skrev Ada <help@desk.test>:",
    "su 22. marrask. 2026 klo 9.40 Ada (help@desk.test) kirjoitti:",
    "niedz., 22 lis 2026 o 09:40 Ada <help@desk.test> napisał(a):",
    "ne 22. 11. 2026 v 9:40 odesílatel Ada <help@desk.test> napsal:",
    "вс, 22 нояб. 2026 г. в 09:40, Ada <help@desk.test> написал(а):",
    "22 листопада 2026, 09:40, від Ada <help@desk.test> написав:",
    "Ada <help@desk.test>, 22 Kas 2026 Paz, 09:40 tarihinde şunu yazdı:",
    "Ada <help@desk.test> ezt írta (időpont: 2026. nov. 22., V, 9:40):",
    "În dum., 22 nov. 2026 la 09:40, Ada <help@desk.test> a scris:",
    "Στις Κυρ 22 Νοε 2026 στις 9:40 π.μ., ο χρήστης Ada <help@desk.test> έγραψε:",
    "在 2026年11月22日，上午9:40，Ada <help@desk.test> 写道：",
    "Ada <help@desk.test> 於 2026年11月22日 週日 上午9:40寫道：",
    "2026年11月22日(日) 9:40 Ada <help@desk.test>:",
    "2026년 11월 22일 (일) 오전 9:40, Ada <help@desk.test>님이 작성:",
    "‫בתאריך יום א׳, 22 בנוב׳ 2026 ב-9:40 מאת ‪Ada‬‏ <‪help@desk.test‬‏>:‬",
    "Pada tanggal Min, 22 Nov 2026 pukul 09.40 Ada <help@desk.test> menulis:",
    "Vào CN, 22 thg 11, 2026 vào lúc 09:40 Ada <help@desk.test> đã viết:",
    "2026-11-22 9:40 GMT+01:00 Ada <help@desk.test>:",
    "Quoting Ada <help@desk.test> on 22.11.2026:",
    "---- On Sun, 22 Nov 2026 09:40:00 +0100 Ada <help@desk.test> wrote ----",
]
HEADER_BLOCKS = [
    "From: Ada <help@desk.test>\nSent: Sunday, 22 November 2026 09:40\nTo: Carol\nSubject: Hello",
    "De: Ada\nEnviado: domingo, 22 de noviembre de 2026 9:40\nPara: Carol\nAsunto: Hola",
    "De: Ada\nEnviada em: domingo, 22 de novembro de 2026 09:40\nPara: Carol\nAssunto: Olá",
    "Von: Ada\nGesendet: Sonntag, 22. November 2026 09:40\nAn: Carol\nBetreff: Hallo",
    "De : Ada <help@desk.test>\nEnvoyé : dimanche 22 novembre 2026 09:40\nÀ : Carol\nObjet : Salut",
    "Da: Ada\nInviato: domenica 22 novembre 2026 09:40\nA: Carol\nOggetto: Ciao",
    "Van: Ada\nVerzonden: zondag 22 november 2026 09:40\nAan: Carol\nOnderwerp: Hallo",
    "От: Ada <help@desk.test>\nОтправлено: 22 ноября 2026 г. 09:40\nКому: Carol\nТема: Привет",
    "Od: Ada\nWysłano: niedziela, 22 listopada 2026 09:40\nDo: Carol\nTemat: Cześć",
    "发件人: Ada\n发送时间: 2026年11月22日 9:40\n收件人: Carol\n主题: 你好",
    "差出人: Ada\n送信日時: 2026年11月22日 9:40\n宛先: Carol\n件名: こんにちは",
    "*From:* Ada <help@desk.test>\n*Date:* Sunday, 22 November 2026\n*To:* Carol\n*Subject:* Hello",
]
BANNERS = [
    "-----Original Message-----",
    "---------- Forwarded message ---------",
    "-------- Mensaje original --------",
    "-------- Mensagem original --------",
    "-----Ursprüngliche Nachricht-----",
    "-------- Message d'origine --------",
    "Begin forwarded message:",
]
SIGNATURES = [
    "-- \nCarol Reyes\n+34 600 000 000",
    "--\nCarol",
    "Sent from my iPhone",
    "Enviado desde mi iPhone",
    "Enviado do meu Android",
    "Envoyé de mon téléphone",
    "Von meinem Mobiltelefon gesendet",
    "Inviato da un telefono",
    "Отправлено из мобильной Почты",
    "Get BlueMail for Android",
]


@pytest.mark.parametrize("intro", INTRODUCTIONS)
@pytest.mark.parametrize("mark", [QUOTE, "Did it work?\nAda"], ids=["marked", "bare"])
def test_what_follows_an_introduction_is_folded(intro: str, mark: str) -> None:
    halves = split(f"{NEW}\n\n{intro}\n\n{mark}\n")
    assert halves.new == NEW
    assert halves.folded == f"{intro}\n\n{mark}"


@pytest.mark.parametrize("block", HEADER_BLOCKS)
@pytest.mark.parametrize("rule", ["", "________________________________\n"])
def test_another_mails_headers_begin_a_quote(block: str, rule: str) -> None:
    halves = split(f"{NEW}\n\n{rule}{block}\n\nDid it work?\n")
    assert halves.new == NEW
    assert halves.folded.endswith("Did it work?")


@pytest.mark.parametrize("banner", BANNERS)
def test_a_banner_begins_a_quote(banner: str) -> None:
    assert split(f"{NEW}\n\n{banner}\n\nDid it work?").new == NEW


@pytest.mark.parametrize("signature", SIGNATURES)
def test_a_signature_is_folded(signature: str) -> None:
    assert split(f"{NEW}\n\n{signature}\n").new == NEW


@pytest.mark.parametrize("signature", SIGNATURES)
def test_a_signature_before_the_quote_is_folded(signature: str) -> None:
    assert split(f"{NEW}\n\n{signature}\n\n{INTRODUCTIONS[0]}\n\n{QUOTE}").new == NEW


def test_an_answer_below_the_quote_is_the_new_text() -> None:
    assert split(f"{INTRODUCTIONS[0]}\n{QUOTE}\n\n{NEW}").new == NEW


def test_answers_between_quotes_keep_their_quotes() -> None:
    body = f"{INTRODUCTIONS[0]}\n\n> One?\n\nYes.\n\n> Two?\n\nNo."
    assert split(body).new == "> One?\n\nYes.\n\n> Two?\n\nNo."


def test_answers_between_quotes_stay_after_a_greeting() -> None:
    body = f"Hi Ada,\n\n{INTRODUCTIONS[0]}\n\n> One?\n\nYes.\n\n> Two?\n\nNo."
    assert split(body).new == body


def test_an_answer_under_greeting_and_quote_stays() -> None:
    body = f"Hi Ada,\n\n{INTRODUCTIONS[0]}\n\n> Shall we?\n\nyes please"
    assert "yes please" in split(body).new


def test_a_footer_of_a_list_below_the_quote_is_folded() -> None:
    footer = "You receive this because you are on the list.\nUnsubscribe: https://list.test/u"
    assert split(f"{NEW}\n\n{INTRODUCTIONS[0]}\n{QUOTE}\n\n{footer}").new == NEW


@pytest.mark.parametrize(
    "body",
    [
        "From: the station To: the airport.\nHow much is it?",
        "On Monday I wrote:\nplease call me.\nNobody did.",
        "Prices:\n\n----\n\n1. Plates\n2. Cups\n\n----\n\nWhich are in stock?",
        "Sent from Madrid last week, the parcel has not arrived.\nWhere is it?",
        "| a | b |\n|---|---|\n| 1 | 2 |",
        "```\n> quoted in code\n-- \nOn 1 Jan 2026, Ada <a@b.c> wrote:\n```",
        "> only a quote",
        "The number is 2026/11/22 and <carol@client.test> is my address.",
        "-- first point\n-- second point",
        "",
    ],
)
def test_what_only_looks_like_a_quote_stays(body: str) -> None:
    halves = split(body)
    assert (halves.new, halves.folded) == (body, "")


_LINE = st.one_of(
    st.sampled_from(
        [*INTRODUCTIONS, *BANNERS, *SIGNATURES, *HEADER_BLOCKS, QUOTE, "", "text", "--"]
    ),
    st.text(max_size=60),
)


@given(st.lists(_LINE, max_size=25))
def test_no_line_is_ever_lost(parts: list[str]) -> None:
    body = "\n".join(parts).replace("\r\n", "\n").replace("\r", "\n")
    halves = split(body)
    written = [line.rstrip() for line in body.split("\n") if line.strip()]
    kept = [line.rstrip() for line in f"{halves.new}\n{halves.folded}".split("\n") if line.strip()]
    assert sorted(kept) == sorted(written)


@given(st.text(alphabet=st.sampled_from("> \n:-_|*a1@<.Fromw"), max_size=400))
def test_dense_punctuation_loses_nothing_either(body: str) -> None:
    halves = split(body)
    assert sorted("".join(body.split())) == sorted("".join((halves.new + halves.folded).split()))
