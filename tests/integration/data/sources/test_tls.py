"""A URL's certificate is verified by its name, though the connection goes to a checked address."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from plugins.allowed import allowed

from aileron.data.sources.network import Gate, gated_client
from aileron.data.sources.transfer import Broken
from aileron.data.sources.web import WebFile


@dataclass(frozen=True)
class Secure:
    """A server of https for farm.test on loopback."""

    port: int
    certificate: Path


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_HEAD(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "3")
        self.end_headers()


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[Secure]:
    certificate = tmp_path / "farm.pem"
    write_certificate(certificate)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield Secure(server.server_port, certificate)
    server.shutdown()
    server.server_close()
    thread.join()


def write_certificate(path: Path) -> None:
    """A key and the certificate that it signed for itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "farm.test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("farm.test")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    text = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.write_bytes(text + made.public_bytes(serialization.Encoding.PEM))


def size(secure: Secure, tmp_path: Path, host: str) -> int | None:
    connections = allowed(tmp_path, allowed_hosts=["farm.test", "other.test"])
    gate = Gate(connections, lambda host, port: ["127.0.0.1"])
    with gated_client(gate, connections.limits) as http:
        return WebFile(f"https://{host}:{secure.port}/rows.csv", http).stamp().size


def test_a_certificate_that_nobody_vouches_for_is_refused(secure: Secure, tmp_path: Path) -> None:
    with pytest.raises(Broken, match="CERTIFICATE_VERIFY_FAILED"):
        size(secure, tmp_path, "farm.test")


def test_a_certificate_is_good_for_its_own_name_alone(
    secure: Secure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(secure.certificate))
    assert size(secure, tmp_path, "farm.test") == 3
    with pytest.raises(Broken, match="Hostname mismatch"):
        size(secure, tmp_path, "other.test")
