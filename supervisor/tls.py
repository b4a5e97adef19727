"""A self-signed certificate for trials on a local network."""

from __future__ import annotations

import ipaddress
import os
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import certifi
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

LIFETIME = timedelta(days=397)  # browsers refuse certificates that live longer
RENEW_BEFORE = timedelta(days=30)


def self_signed(data_dir: Path, extra_name: str | None = None) -> tuple[Path, Path]:
    """Certificate and key in the data directory; made when missing, near their end, or for other names."""
    folder = data_dir / "tls"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    cert, key = folder / "cert.pem", folder / "key.pem"
    names = _names(extra_name)
    if not (cert.exists() and key.exists() and _still_good(cert, names)):
        _make(cert, key, names)
    return cert, key


def trust_bundle(data_dir: Path, cert: Path) -> Path:
    """The usual authorities and our certificate in one file, for programs that call us over loopback."""
    bundle = data_dir / "tls" / "bundle.pem"
    bundle.write_bytes(Path(certifi.where()).read_bytes() + b"\n" + cert.read_bytes())
    return bundle


def _names(extra: str | None) -> list[x509.GeneralName]:
    addresses = {"127.0.0.1", "::1"}
    hosts = {"localhost", socket.gethostname()}
    if extra:
        (addresses if _is_address(extra) else hosts).add(extra)
    return [
        *(x509.DNSName(host) for host in sorted(hosts)),
        *(x509.IPAddress(ipaddress.ip_address(address)) for address in sorted(addresses)),
    ]


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _still_good(path: Path, names: list[x509.GeneralName]) -> bool:
    cert = x509.load_pem_x509_certificate(path.read_bytes())
    held = cert.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return cert.not_valid_after_utc - RENEW_BEFORE > datetime.now(UTC) and set(names) <= set(held)


def _make(cert_path: Path, key_path: Path, names: list[x509.GeneralName]) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Keting trial")])
    now = datetime.now(UTC)
    cert = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + LIFETIME)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with open(os.open(key_path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(private)
    cert_path.write_bytes(cert.public_bytes(serialization.Encoding.PEM))
