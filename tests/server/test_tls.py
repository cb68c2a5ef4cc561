"""The certificate of `serve --tls`, as clients see it."""

from __future__ import annotations

import asyncio
import io
import ssl
import stat
from pathlib import Path

import httpx
import pytest

from serving import served
from voicecli.server.serving import listen, tell_address
from voicecli.server.tls import Certificate, own_certificate

pytestmark = pytest.mark.slow


def test_a_client_that_trusts_the_certificate_is_served(tmp_path: Path) -> None:
    certificate = own_certificate(["house.example"], tmp_path)

    async def scenario() -> None:
        trust = ssl.create_default_context(cafile=str(certificate.path))
        async with (
            served(certificate=certificate) as where,
            httpx.AsyncClient(verify=trust) as client,
        ):
            for host in ("127.0.0.1", "localhost"):
                response = await client.get(f"https://{host}:{where.port}/")
                assert response.status_code == 200

    asyncio.run(scenario())


def test_the_certificate_is_kept_while_it_is_good(tmp_path: Path) -> None:
    first = own_certificate(["192.0.2.7"], tmp_path)
    assert own_certificate(["192.0.2.7"], tmp_path) == first
    assert own_certificate([], tmp_path) == first
    moved = own_certificate(["192.0.2.8"], tmp_path)
    assert moved.fingerprint != first.fingerprint
    moved.path.write_bytes(b"damaged")
    assert own_certificate(["192.0.2.8"], tmp_path).fingerprint != moved.fingerprint
    assert stat.S_IMODE(moved.key_path.stat().st_mode) == 0o600


def test_what_is_told_of_the_address() -> None:
    def told(certificate: Certificate | None, host: str, token: str | None) -> str:
        out = io.StringIO()
        with listen("127.0.0.1", 0) as listener:
            tell_address(listener, host, token, certificate, out)
            return out.getvalue().replace(str(listener.getsockname()[1]), "PORT")

    certificate = Certificate(Path("a"), Path("b"), "AA:BB")
    assert told(None, "127.0.0.1", None) == "voicecli: serving at http://127.0.0.1:PORT/\n"
    shown = told(certificate, "192.0.2.7", "secret")
    assert shown.startswith("voicecli: serving at https://192.0.2.7:PORT/?token=secret\n")
    assert "AA:BB" in shown
    assert "--tls" in told(None, "192.0.2.7", "secret")
