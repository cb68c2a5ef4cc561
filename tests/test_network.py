"""Where requests go, and when they are made again."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from voicecli.network import Backoff, hidden_password, proxy_for, retry_after_s

NOW = datetime(2026, 3, 12, 10, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("3", 3.0),
        ("0.5", 0.5),
        ("-5", 0.0),
        ("Thu, 12 Mar 2026 10:30:07 GMT", 7.0),
        ("Thu, 12 Mar 2026 10:29:00 GMT", 0.0),
        ("Thu, 12 Mar 2026 10:30:07 -0000", 7.0),
        ("Mon, 01 Jan 99999999999999999999 00:00:00 GMT", None),
        ("Thu, 12 Mar 2026 10:30:07 +999999999999", None),
        ("1" * 5000, None),
        ("1e300", None),
        ("²", None),
        ("nan", None),
        ("inf", None),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_s(header: str | None, seconds: float | None) -> None:
    assert retry_after_s(header, NOW) == seconds


def test_a_backoff_ends_with_its_delays() -> None:
    backoff = Backoff((1, 2), 10)
    assert [backoff.delay_s() for _ in range(3)] == [1, 2, None]


def test_a_backoff_takes_the_servers_wish_within_its_budget() -> None:
    backoff = Backoff((1, 2, 4, 8), 10)
    assert [backoff.delay_s(7), backoff.delay_s(), backoff.delay_s(2)] == [7, 2, None]


NO_PROXY = (
    "localhost,[::1],.corp.org, *.Example.NET ,8.8.0.0/16,2606:4700::/32,[2a00:1450::1]:8080,"
    "host.org:8443,9.9.9.9:80,http://written.org,no/such,:::,[,"
)


@pytest.mark.parametrize(
    ("url", "by_proxy"),
    [
        ("http://llm.example.org/v1", True),
        ("http://corp.org", False),
        ("http://a.b.corp.org", False),
        ("http://notcorp.org", True),
        ("http://x.example.net", False),
        ("http://8.8.4.4", False),
        ("http://8.9.4.4", True),
        ("http://[2606:4700::6]:8080", False),
        ("http://[2a00:1450::1]:8080", False),
        ("http://[2a00:1450::1]:8081", True),
        ("http://host.org:8443", False),
        ("http://host.org", True),
        ("http://9.9.9.9", False),
        ("http://9.9.9.9:8080", True),
        ("http://written.org", False),
        ("http://192.168.1.20:8080", False),
        ("http://[::ffff:10.0.0.1]", False),
        ("http://workstation:11434", False),
        ("ftp://llm.example.org", False),
    ],
)
def test_no_proxy(url: str, by_proxy: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ALL_PROXY", "all_proxy", "http_proxy", "https_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTP_PROXY", "proxy.corp.org:3128")
    monkeypatch.setenv("NO_PROXY", NO_PROXY)
    assert proxy_for(url) == ("http://proxy.corp.org:3128" if by_proxy else None)


def test_no_proxy_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://proxy.corp.org:3128")
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.delenv("no_proxy", raising=False)
    assert proxy_for("https://api.example.org/v1") is None


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://user:secret@host/v1", "https://user:***@host/v1"),
        ("ftp://user:a@b:c@host", "ftp://user:***@host"),
        ("http://:secret@host", "http://:***@host"),
        ("https://host:8080/v1?x=a:b@c", "https://host:8080/v1?x=a:b@c"),
        (
            "Unknown scheme for URL('socks9://u:secret@h:1')",
            "Unknown scheme for URL('socks9://u:***@h:1')",
        ),
        ("no address at all", "no address at all"),
    ],
)
def test_a_password_is_not_shown(url: str, shown: str) -> None:
    assert hidden_password(url) == shown
