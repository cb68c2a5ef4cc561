"""A certificate of one's own for `serve --tls`: browsers give the microphone to https alone."""

from __future__ import annotations

import datetime
import ipaddress
import os
import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from voicecli import places
from voicecli.errors import VoicecliError

LASTS = datetime.timedelta(days=397)
"""Safari takes no certificate that lasts longer than 398 days."""

RENEW = datetime.timedelta(days=7)
"""So long before its end a new one is made."""


@dataclass(frozen=True)
class Certificate:
    """Self-signed; its browser asks once whether it is trusted, and remembers it."""

    path: Path
    key_path: Path
    fingerprint: str
    """SHA-256, as browsers show it."""


def own_certificate(names: Iterable[str], folder: Path | None = None) -> Certificate:
    """For these names and addresses: the one of the last time, while it is good for them.

    Raises VoicecliError.
    """
    folder = folder or places.state_folder() / "tls"
    path, key_path = folder / "certificate.pem", folder / "key.pem"
    wanted = sorted({"localhost", "127.0.0.1", "::1", *names})
    try:
        certificate = _kept(path, key_path, wanted)
        if certificate is None:
            folder.mkdir(parents=True, exist_ok=True)
            certificate = _make(path, key_path, wanted)
    except OSError as error:
        raise VoicecliError(
            f"the certificate can't be kept in {folder} ({error.strerror})",
            "VOICECLI_HOME names another place",
        ) from error
    digest = certificate.fingerprint(hashes.SHA256()).hex().upper()
    pairs = [digest[i : i + 2] for i in range(0, len(digest), 2)]
    return Certificate(path, key_path, ":".join(pairs))


def _kept(path: Path, key_path: Path, wanted: list[str]) -> x509.Certificate | None:
    try:
        certificate = x509.load_pem_x509_certificate(path.read_bytes())
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(path, key_path)
        held = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (FileNotFoundError, ValueError, ssl.SSLError, x509.ExtensionNotFound):
        return None  # none, or not ours, or damaged
    now = datetime.datetime.now(datetime.UTC)
    fresh = certificate.not_valid_after_utc - now > RENEW
    return certificate if fresh and set(_alternatives(wanted)) <= set(held) else None


def _make(path: Path, key_path: Path, wanted: list[str]) -> x509.Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "voicecli serve")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))  # for clocks that are behind
        .not_valid_after(now + LASTS - datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(_alternatives(wanted)), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    _write(key_path, secret, 0o600)
    _write(path, certificate.public_bytes(serialization.Encoding.PEM), 0o644)
    return certificate


def _write(path: Path, content: bytes, mode: int) -> None:
    """Never readable by others for a moment, and never half there."""
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)
    part.replace(path)


def _alternatives(names: Iterable[str]) -> list[x509.GeneralName]:
    return [_alternative(name) for name in names]


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
