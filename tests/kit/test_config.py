"""Settings that are read from the environment."""

from pathlib import Path

import pytest

from hilo.kit.config import BadSetting, read


def test_rate_limits_are_three_numbers() -> None:
    assert read({}).rate_limits == (1_200, 300, 600)
    assert read({"HILO_RATE_LIMITS": "9000, 1,5"}).rate_limits == (9_000, 1, 5)
    for text in ("1,2", "1,2,x", "0,1,1", "1;2;3"):
        with pytest.raises(BadSetting, match="HILO_RATE_LIMITS"):
            read({"HILO_RATE_LIMITS": text})


@pytest.mark.parametrize("text", ["http://[::1", "desk.example", "ftp://desk.example", "https://"])
def test_an_address_that_is_none_is_named(text: str) -> None:
    with pytest.raises(BadSetting, match=r"HILO_PUBLIC_URL .* http:// or https://"):
        read({"HILO_PUBLIC_URL": text})


def test_private_networks_are_a_list_and_may_name_an_address_inside() -> None:
    networks = read({"HILO_ALLOW_PRIVATE_URLS": "127.0.0.0/8, 10.1.2.3/16 ::1"}).allow_private
    assert [str(each) for each in networks] == ["127.0.0.0/8", "10.1.0.0/16", "::1/128"]
    assert read({}).allow_private == ()
    with pytest.raises(BadSetting, match="HILO_ALLOW_PRIVATE_URLS"):
        read({"HILO_ALLOW_PRIVATE_URLS": "localhost"})


def test_a_key_without_its_certificate_is_no_setting() -> None:
    assert read({}).smtp_cert is None
    given = read({"HILO_SMTP_CERT": "/etc/hilo/mail.pem"})
    assert (given.smtp_cert, given.smtp_key) == (Path("/etc/hilo/mail.pem"), None)
    with pytest.raises(BadSetting, match="HILO_SMTP_CERT"):
        read({"HILO_SMTP_KEY": "/etc/hilo/mail.key"})
