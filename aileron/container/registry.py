"""A client of container registries: images come from one, and go to one, blob by blob.

https://github.com/opencontainers/distribution-spec/blob/v1.1.0/spec.md, with the token exchange
of https://distribution.github.io/distribution/spec/auth/token/. Every blob is checked by its
digest. A password goes to the registry's own host, and to the token server that it names over
https; it is in no log and no error.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import urljoin, urlsplit

import httpx

from aileron.container import layout as oci
from aileron.container.layout import Blob, Image, Layout, chosen, document, pieces_of
from aileron.container.settings import Registry
from aileron.core.errors import InvalidInput, NotFound, Refused, Unavailable

TIMEOUT: Final = httpx.Timeout(60.0, connect=10.0)
ACCEPTED: Final = ", ".join((*oci.MANIFESTS, *oci.INDEXES))
_ASKED: Final = re.compile(r'(\w+)="([^"]*)"')


class RegistryClient:
    """One registry. A context manager.

    Args:
        login: user and password.
    """

    def __init__(self, registry: Registry, login: tuple[str, str] | None) -> None:
        self._host = registry.host
        self._scheme = "https" if registry.tls else "http"
        self._login = login
        self._tokens: dict[str, str] = {}
        self._http = httpx.Client(
            base_url=f"{self._scheme}://{registry.host}",
            timeout=TIMEOUT,
            trust_env=registry.tls,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def pull(self, repository: str, tag: str, folder: Path, most: int) -> Image:
        """Write the image as the new layout `folder`.

        Args:
            tag: or a digest.
            most: bytes that it may have.

        Raises:
            NotFound: the registry has no such image.
            Refused: it lets this login not have it.
            InvalidInput: it is too large, or not what its digest says.
            Unavailable: the registry does not answer.
        """
        layout = Layout.new(folder)
        manifest = self._manifest(layout, repository, tag)
        if manifest.media_type in oci.INDEXES:
            entry = chosen(layout.read_json(manifest))
            layout.path(manifest).unlink()
            manifest = self._manifest(layout, repository, entry.digest)
        body = layout.read_json(manifest)
        config = Blob.of(body.get("config"))
        wanted = [config, *(Blob.of(layer) for layer in body.get("layers") or ())]
        if sum(blob.size for blob in wanted) > most:
            raise InvalidInput("container.too_large", most=most)
        for blob in {blob.digest: blob for blob in wanted}.values():
            with self._ask("GET", repository, f"blobs/{blob.digest}", follow=True) as answer:
                layout.receive(blob, answer.iter_raw(oci.PIECE))
        return layout.point(manifest)

    def push(self, layout: Layout, repository: str, tag: str) -> str:
        """Send the image; what is there already is not sent again. Returns its digest.

        Raises:
            Refused: the registry does not let this login write there.
            Unavailable: it does not answer.
        """
        image = layout.image()
        for blob in {blob.digest: blob for blob in (*image.layers, image.config)}.values():
            if not self._has(repository, blob):
                self._upload(layout, repository, blob)
        data = layout.path(image.manifest).read_bytes()
        headers = {"Content-Type": image.manifest.media_type}
        path = f"manifests/{tag}"
        with self._ask("PUT", repository, path, content=data, headers=headers, push=True):
            return image.digest

    def _manifest(self, layout: Layout, repository: str, tag: str) -> Blob:
        with self._ask("GET", repository, f"manifests/{tag}", accept=ACCEPTED) as answer:
            data = answer.read()
            kind = answer.headers.get("content-type", oci.MANIFEST).partition(";")[0]
        document(data)
        blob = layout.write(kind, data)
        if tag.startswith("sha256:") and blob.digest != tag:
            raise InvalidInput("container.wrong_digest", digest=tag)
        return blob

    def _has(self, repository: str, blob: Blob) -> bool:
        try:
            with self._ask("HEAD", repository, f"blobs/{blob.digest}", push=True):
                return True
        except NotFound:
            return False

    def _upload(self, layout: Layout, repository: str, blob: Blob) -> None:
        with self._ask("POST", repository, "blobs/uploads/", push=True) as answer:
            place = urljoin(str(answer.url), answer.headers.get("location", ""))
        if urlsplit(place).netloc != self._host:
            raise Unavailable("container.registry_answer", where=self._host, problem="Location")
        # One behind another server may not know that it is spoken to by https.
        place = urlsplit(place)._replace(scheme=self._scheme).geturl()
        url = f"{place}{'&' if urlsplit(place).query else '?'}digest={blob.digest}"
        headers = {
            "Content-Type": "application/octet-stream",
            "Content-Length": str(blob.size),
        }
        with (
            layout.path(blob).open("rb") as file,
            self._ask("PUT", repository, url, content=pieces_of(file), headers=headers, push=True),
        ):
            return

    @contextmanager
    def _ask(
        self,
        method: str,
        repository: str,
        path: str,
        *,
        accept: str = "*/*",
        content: Any = None,
        headers: Mapping[str, str] = {},
        push: bool = False,
        follow: bool = False,
    ) -> Iterator[httpx.Response]:
        """The answer, one of success; with a token if the registry asks for one."""
        url = path if path.startswith("http") else f"/v2/{repository}/{path}"
        given = {"Accept": accept, **headers}
        subject = f"{self._host}/{repository}"
        scope = f"repository:{repository}:{'pull,push' if push else 'pull'}"
        try:
            for known in (True, False):
                request = self._http.build_request(
                    method, url, headers={**given, **self._authorization(scope)}, content=content
                )
                answer = self._http.send(request, stream=True, follow_redirects=follow)
                try:
                    if answer.status_code == 401 and known and self._learn(answer, scope):
                        continue
                    _check(answer, subject)
                    yield answer
                    return
                finally:
                    answer.close()
        except httpx.HTTPError as error:
            problem = str(error) or type(error).__name__
            raise Unavailable("container.no_registry", where=self._host, problem=problem) from None

    def _authorization(self, scope: str) -> dict[str, str]:
        return {"Authorization": self._tokens[scope]} if scope in self._tokens else {}

    def _learn(self, answer: httpx.Response, scope: str) -> bool:
        """Remember what the registry wants to see; False if nothing more can be shown."""
        asked = answer.headers.get("www-authenticate", "")
        if asked.lower().startswith("basic") and self._login:
            self._tokens[scope] = _basic(self._login)
            return True
        if not asked.lower().startswith("bearer"):
            return False
        words = dict(_ASKED.findall(asked))
        realm = words.get("realm", "")
        own = self._scheme == "http" and urlsplit(realm).netloc == self._host
        if not realm.startswith("https://") and not own:
            return False
        query = {"service": words.get("service", ""), "scope": words.get("scope", scope)}
        auth = httpx.BasicAuth(*self._login) if self._login else None
        told = self._http.get(realm, params=query, auth=auth)
        if told.is_error:
            return False
        found = document(told.content)
        token = found.get("token") or found.get("access_token")
        self._tokens[scope] = f"Bearer {token}"
        return bool(token)


def parse_reference(text: str) -> tuple[str, str, str]:
    """Host, repository and tag (or digest) of ``HOST/NAME:TAG``; without one it is ``latest``."""
    host, _, rest = text.partition("/")
    name, sign, digest = rest.partition("@")
    if sign:
        return host, name.partition(":")[0], digest
    repository, _, tag = name.partition(":")
    return host, repository, tag or "latest"


def _basic(login: tuple[str, str]) -> str:
    import base64

    return "Basic " + base64.b64encode(":".join(login).encode()).decode()


def _check(answer: httpx.Response, subject: str) -> None:
    """Raise what an answer says that is none of success."""
    if answer.is_success:
        return
    problem = f"HTTP {answer.status_code}"
    if answer.status_code in (401, 403):
        raise Refused("container.registry_refused", where=subject, problem=problem)
    if answer.status_code == 404:
        raise NotFound("container.not_in_registry", where=subject)
    raise Unavailable("container.registry_answer", where=subject, problem=problem)
