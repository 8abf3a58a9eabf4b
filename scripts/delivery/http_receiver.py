"""An HTTP endpoint: each batch is a request with a key by which it can be told again."""

import hashlib
import hmac
import http.client
import json
import random
import re
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from pydantic_core import PydanticCustomError

from scripts.delivery.batch import Batch, content, fingerprint, from_environment
from scripts.delivery.delivery_error import DeliveryError
from scripts.delivery.unnamed_answer import unnamed_answer
from scripts.settings.destination_settings import (
    HttpDestination,
    check_address,
    check_headers,
    is_loopback,
)

# Answers that mean: not now.
TRANSIENT = {408, 425, 429}
FIRST_DELAY, LONGEST_DELAY = 0.5, 60.0
# A receiver that wants more time is asked again by the next run.
LONGEST_WAIT = 300.0
# Of an answer: what is read.
ANSWER_BYTES = 4096
PLACEHOLDER = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Contacts go to the named address and to no other."""

    def redirect_request(self, *_: Any) -> None:
        """Follow none."""


@dataclass(frozen=True)
class _Answer:
    """Status 0 stands for a lost connection, whose reason is then the text."""

    status: int
    text: str
    retry_after: str | None = None


class HttpReceiver:
    """Posts batches to an endpoint.

    Attributes:
        target: tells this endpoint from others.
    """

    def __init__(
        self,
        settings: HttpDestination,
        environment: Mapping[str, str],
        sleep: Callable[[float], object] = time.sleep,
        clock: Callable[[], float] = time.time,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """Read what the settings leave to environment variables.

        Raises:
            DeliveryError: a variable is not set or has no such value.
        """
        self._settings = settings
        self._sleep, self._clock, self._chance = sleep, clock, chance
        self._url = settings.url or self._url_of(environment)
        self._headers = {
            name: _filled(name, value, environment)
            for name, value in settings.headers.items()
        }
        self._secret = (
            from_environment(environment, settings.secret_env, "the secret that signs")
            if settings.secret_env
            else None
        )
        parts = urlsplit(self._url)
        self.place = f"{parts.scheme}://{parts.netloc}"
        self.target = fingerprint(self.place, parts.path)
        self.batch_size: int | None = settings.batch_size
        handlers: list[urllib.request.BaseHandler] = [_NoRedirects()]
        if is_loopback(self._url):
            handlers.append(urllib.request.ProxyHandler({}))
        self._opener = urllib.request.build_opener(*handlers)

    def _url_of(self, environment: Mapping[str, str]) -> str:
        """The URL of an environment variable; no message shows it."""
        name = self._settings.url_env or ""
        url = from_environment(environment, name, "the URL of the endpoint")
        try:
            check_address(url)
            self._settings.check_encryption(url)
        except PydanticCustomError as error:
            raise DeliveryError(f"{name}: expected {error.message()}") from error
        return url

    def send(self, batch: Batch) -> None:
        """Post a batch; a batch without contacts is not posted.

        Raises:
            DeliveryError: it is not acknowledged.
        """
        key = f"{batch.written.export_id}:{batch.number}"
        for attempt in range(self._settings.retries + 1):
            # Customers may opt out while it waits.
            contacts = batch.contacts()
            if not contacts:
                return
            body = json.dumps(content(batch, contacts), separators=(",", ":")).encode()
            answer = self._post(body, key)
            if 200 <= answer.status < 300:
                return
            if not (
                answer.status in TRANSIENT or answer.status >= 500 or not answer.status
            ):
                raise self._refused(answer, batch, contacts)
            if attempt < self._settings.retries:
                self._sleep(self._delay(answer, attempt))
        tries = f"after {attempt + 1} attempt{'s' if attempt else ''}"
        if not answer.status:
            raise DeliveryError(
                f"{self.place} cannot be reached {tries}: {answer.text}. Run the command"
                " again to continue"
            )
        raise DeliveryError(
            f"{self.place} answers {answer.status} {tries}: run the command again to"
            " continue"
        )

    def _post(self, body: bytes, key: str) -> _Answer:
        headers = {"User-Agent": "product-audience"} | self._headers
        headers |= {"Content-Type": "application/json", "Idempotency-Key": key}
        if self._secret is not None:
            headers["X-Audience-Signature"] = signature(
                self._secret, int(self._clock()), body
            )
        request = urllib.request.Request(  # noqa: S310 - the scheme was checked
            self._url, body, headers, method="POST"
        )
        timeout = self._settings.timeout_seconds
        try:
            with self._opener.open(request, timeout=timeout) as answer:
                return _Answer(answer.status, "")
        except urllib.error.HTTPError as error:
            with error:
                return _Answer(error.code, _text(error), error.headers.get("Retry-After"))
        except (OSError, http.client.HTTPException) as error:
            reason = error.reason if isinstance(error, urllib.error.URLError) else error
            if isinstance(reason, ssl.SSLCertVerificationError):
                raise DeliveryError(
                    f"The certificate of {self.place} is not trusted:"
                    f" {reason.verify_message}"
                ) from error
            return _Answer(0, _reason(reason))

    def _delay(self, answer: _Answer, attempt: int) -> float:
        """Seconds until the next attempt: what the receiver asks for, or twice as many.

        Raises:
            DeliveryError: the receiver asks for more than a run waits.
        """
        asked = self._asked_seconds(answer.retry_after)
        if asked > LONGEST_WAIT:
            raise DeliveryError(
                f"{self.place} answers {answer.status} and asks to wait {asked:,.0f}"
                " seconds: run the command again after that"
            )
        delay = min(LONGEST_DELAY, FIRST_DELAY * 2.0**attempt)
        # Programs that were refused together come back one by one.
        return max(asked, delay * (0.5 + self._chance() / 2))

    def _asked_seconds(self, retry_after: str | None) -> float:
        """The seconds of Retry-After, which may be a date; 0 without it."""
        if not retry_after:
            return 0
        if re.fullmatch(r"\d{1,9}", retry_after.strip()):
            return float(retry_after)
        try:
            at = parsedate_to_datetime(retry_after).timestamp()
            return max(0.0, at - float(self._clock()))
        except (ValueError, TypeError, OverflowError):
            return 0

    def _refused(
        self, answer: _Answer, batch: Batch, contacts: list[dict[str, Any]]
    ) -> DeliveryError:
        which = f"batch {batch.number} of {batch.batches}"
        if 300 <= answer.status < 400:
            return DeliveryError(
                f"{self.place} answers {which} with {answer.status}, a redirect, which is"
                " not followed: name the address that it leads to"
            )
        said = unnamed_answer(answer.text, contacts)
        return DeliveryError(
            f"{self.place} refuses {which} with {answer.status}"
            + (f": {said}" if said else "")
        )


def signature(secret: str, seconds: int, body: bytes) -> str:
    """The header by which a receiver knows the sender, and the time of a request."""
    signed = f"{seconds}.".encode() + body
    return f"t={seconds},v1={hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()}"


def _filled(name: str, value: str, environment: Mapping[str, str]) -> str:
    """The value of a header, with those of environment variables."""
    filled = PLACEHOLDER.sub(
        lambda found: from_environment(
            environment, found[1], f"a part of the header {name}"
        ),
        value,
    )
    try:
        check_headers({name: filled})
    except PydanticCustomError as error:
        raise DeliveryError(f"Header {name}: expected {error.message()}") from error
    return filled


def _text(error: urllib.error.HTTPError) -> str:
    """The beginning of an answer."""
    try:
        return error.read(ANSWER_BYTES).decode("utf-8", errors="replace")
    except (OSError, http.client.HTTPException):
        return ""


def _reason(error: object) -> str:
    """Why there was no answer, without what was sent."""
    if isinstance(error, TimeoutError):
        return "it took too long"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return type(error).__name__
