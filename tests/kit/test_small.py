"""The small tools of the kit: settings, vault, cursors, text, named queries, texts, files, ids."""

import json
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hilo.kit import config, crypto, ids, log, messages, page, text
from hilo.kit.config import BadSetting
from hilo.kit.crypto import CannotOpen, Vault
from hilo.kit.errors import Bug, Invalid, NotFound
from hilo.kit.files import Files
from hilo.kit.sql import query

KEY = "k" * 40


def test_settings_have_defaults_and_the_public_address_follows_host_and_port() -> None:
    read = config.read({"HILO_HOST": "0.0.0.0", "HILO_PORT": "9000", "HILO_DATA": " "})  # noqa: S104
    assert read.public_url == "http://127.0.0.1:9000"
    assert read.data.name == ".hilo"
    assert config.read({"HILO_PUBLIC_URL": "https://desk.test/"}).public_url == "https://desk.test"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HILO_PORT", "http"),
        ("HILO_SMTP_PORT", "99999"),
        ("HILO_PUBLIC_URL", "desk.test"),
        ("HILO_ADMIN_EMAIL", "nobody"),
        ("HILO_ADMIN_EMAIL", "ada@hilo.test"),
        ("HILO_ADMIN_PASSWORD", "alone"),
        ("HILO_PUBLIC_URL", "https://"),
        ("DATABASE_URL", "mysql://x"),
        ("HILO_SECRET_KEY", "short"),
        ("HILO_ALLOW_PRIVATE_URLS", "127.0.0.0/99"),
        ("HILO_LOG_LEVEL", "loud"),
        ("HILO_POOL_SIZE", "0"),
    ],
)
def test_a_bad_setting_is_named(name: str, value: str) -> None:
    with pytest.raises(BadSetting, match=name):
        config.read({name: value})


def test_networks_are_a_list() -> None:
    read = config.read({"HILO_ALLOW_PRIVATE_URLS": "127.0.0.0/8, 10.0.0.1"})
    assert [str(each) for each in read.allow_private] == ["127.0.0.0/8", "10.0.0.1/32"]


@given(st.binary(max_size=200), st.text(max_size=20))
def test_what_is_sealed_opens_in_its_context_only(plain: bytes, context: str) -> None:
    vault = Vault(KEY)
    sealed = vault.seal(plain, context)
    assert vault.open(sealed, context) == plain
    for other in (Vault("o" * 40).open, lambda s, c: vault.open(s, c + "x")):
        with pytest.raises(CannotOpen):
            other(sealed, context)
    with pytest.raises(CannotOpen):
        vault.open(sealed[:-1], context)


def test_a_turned_key_still_opens_and_checks() -> None:
    old, new = Vault(KEY), Vault("n" * 40, older=[KEY])
    assert new.open(old.seal(b"1", "a"), "a") == b"1"
    assert new.check("link", "x", old.sign("link", "x"))
    assert not old.check("link", "x", new.sign("link", "x"))
    assert not new.check("other", "x", new.sign("link", "x"))


def test_tokens_are_random_and_kept_as_hash() -> None:
    plain, hashed = crypto.token("hilo_")
    assert plain.startswith("hilo_")
    assert crypto.hash_token(plain) == hashed
    assert crypto.token()[0] != crypto.token()[0]


def test_the_secret_key_is_made_once_and_closed(tmp_path: Path) -> None:
    path = tmp_path / "data" / "secret_key"
    made = crypto.keep_secret_key(path)
    assert crypto.keep_secret_key(path) == made
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["secret_key"]


@given(st.datetimes(timezones=st.just(UTC)), st.uuids(), st.none() | st.text(max_size=9))
def test_cursors_come_back(at: datetime, id_: UUID, name: str | None) -> None:
    cursor = page.encode_cursor(at, id_, name)
    assert page.decode_cursor(cursor, datetime, UUID, str | None) == (at, id_, name)
    assert all(each.isalnum() or each in "-_" for each in cursor)


@pytest.mark.parametrize(
    "cursor", ["", "?", "é", "bm90IGpzb24", "WzFd", "W251bGwsbnVsbF0", "A" * 9]
)
def test_what_is_no_cursor_of_ours_is_invalid(cursor: str) -> None:
    with pytest.raises(Invalid) as caught:
        page.decode_cursor(cursor, datetime, UUID)
    assert caught.value.errors[0].code == "cursor-invalid"


def test_a_page_says_where_the_next_begins() -> None:
    assert page.page([1, 2], 2).next_cursor is None
    cut = page.page([1, 2, 3], 2, 2)
    assert (list(cut.items), page.decode_cursor(str(cut.next_cursor), int)) == ([1, 2], (2,))
    with pytest.raises(Invalid):
        page.check_limit(101)
    assert (page.check_limit(None), page.check_limit(100)) == (25, 100)


@given(st.text())
def test_clean_text_can_be_stored_and_previews_are_short(given_: str) -> None:
    text.clean(given_).encode()
    assert "\0" not in text.clean(given_)
    assert len(text.preview(given_, 20)) <= 20


def test_folding_forgets_case_accents_and_spaces() -> None:
    assert text.fold("  ÑANDÚ\n à la  Straße ") == "nandu a la strasse"
    assert text.preview("one two three four", 10) == "one two…"


def test_named_queries_number_their_values_outside_strings_casts_and_comments() -> None:
    made = query(
        "q", "select :a::text, ':b', $$x$$, '12:30', :c_1, :a -- :d\n, array[1,2][:c_1:2];"
    )
    assert made.params[:2] == ("a", "c_1")
    assert "$1::text, ':b'" in made.text
    assert made.text.startswith("select $1::text")
    assert made.arguments({"a": 1, "c_1": 2}) == [1, 2]
    with pytest.raises(TypeError, match="no parameter"):
        made.arguments({"a": 1, "c_1": 2, "z": 3})
    with pytest.raises(KeyError):
        made.arguments({"a": 1})


def test_texts_choose_plural_and_fall_back_to_english() -> None:
    days = {"one": "{count} day", "other": "{count} days"}
    said = messages.Catalogue(
        {
            "en": {"hi": "Hi {name}", "days": days},
            "es": {"hi": "Hola {name}"},
            "pt": {"days": {"one": "{count} dia", "other": "{count} dias"}},
        }
    )
    assert said.t("es", "hi", name="Ana") == "Hola Ana"
    assert [said.t("en", "days", count=n) for n in (0, 1)] == ["0 days", "1 day"]
    assert [said.t("pt", "days", count=n) for n in (0, 2)] == ["0 dia", "2 dias"]
    assert said.t("es", "days", count=1) == "1 day"
    with pytest.raises(Bug):
        said.t("en", "nothing")


def test_the_catalogue_is_found() -> None:
    assert messages.load(messages.find()).t("en", "account.address")


async def test_files_come_back_by_key_and_strange_keys_are_refused(tmp_path: Path) -> None:
    files = Files(tmp_path / "files")
    await files.put("a/b.bin", b"content")
    assert await files.get("a/b.bin") == b"content"
    await files.drop("a/b.bin")
    await files.drop("a/b.bin")
    with pytest.raises(NotFound):
        await files.get("a/b.bin")
    for key in ("../x", "/etc/passwd", "a//b", ".hidden", ""):
        with pytest.raises(Bug):
            await files.put(key, b"")


@given(st.datetimes(min_value=datetime(1990, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_an_id_knows_its_moment(moment: datetime) -> None:
    made = ids.id_at(moment)
    assert (made.version, made.variant) == (7, ids.new_id().variant)
    assert abs((ids.moment_of(made) - moment).total_seconds()) < 0.0011


def test_ids_are_born_in_order() -> None:
    made = [ids.new_id() for _ in range(1000)]
    assert made == sorted(made)


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({"password": "x"}, {"password": "•••"}),
        ({"api_key": "x", "plain": "y"}, {"api_key": "•••", "plain": "y"}),
        ({"inner": {"token": "x", "n": 1}}, {"inner": {"token": "•••", "n": 1}}),
        ({"at": "smtp://me:word@host/x"}, {"at": "smtp://me:•••@host/x"}),
    ],
)
def test_no_secret_enters_the_log(
    fields: Mapping[str, object], shown: Mapping[str, object]
) -> None:
    out = StringIO()
    log.set_up("info", out=out)
    try:
        log.get("test").info("line", **fields)
    finally:
        log.set_up("warning")
    line = json.loads(out.getvalue())
    assert {name: line[name] for name in shown} == shown


def test_what_libraries_say_is_a_line_like_ours() -> None:
    out = StringIO()
    log.set_up("info", out=out)
    try:
        theirs = logging.getLogger("others.library")  # new: nobody has set it up before
        broke = ValueError("smtp://me:word@host/x")
        theirs.error("it broke at %s", "smtp://me:word@host/x", exc_info=broke)
        theirs.info("of no interest")
    finally:
        log.set_up("warning")
    (line,) = map(json.loads, out.getvalue().splitlines())
    assert (line["source"], line["level"]) == ("others.library", "error")
    assert line["event"] == "it broke at smtp://me:•••@host/x"
    assert "word" not in line["exception"]
