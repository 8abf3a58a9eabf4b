"""A server of S3 on this machine that checks the key, and calls a test while it answers."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import botocore.session
from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from moto.s3.models import s3_backends
from werkzeug.serving import make_server

BUCKET = "shop"
REGION = "eu-central-1"
KEY, SECRET = "AKIASHOP", "a secret of the shop"
REFUSED = (
    b"<Error><Code>InvalidAccessKeyId</Code>"
    b"<Message>The AWS Access Key Id you provided does not exist</Message></Error>"
)


@dataclass
class Store:
    """The server, and what a user would set to reach it.

    Attributes:
        environment: the variables that a user sets.
        requests: method and path of all requests to the bucket.
        before, after: called with method and path before a request is handled, and before
            it is answered.
    """

    environment: dict[str, str] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    before: Callable[[str], None] = lambda _: None
    after: Callable[[str], None] = lambda _: None
    client: Any = None

    def put(self, key: str, content: bytes) -> None:
        """Store an object."""
        self.client.put_object(Bucket=BUCKET, Key=key, Body=content)

    def read(self, key: str) -> bytes:
        """The content of an object."""
        content: bytes = self.client.get_object(Bucket=BUCKET, Key=key)["Body"].read()
        return content

    def keys(self, prefix: str) -> list[str]:
        """The objects whose names begin so."""
        found = self.client.list_objects_v2(Bucket=BUCKET, Prefix=prefix)
        return [entry["Key"] for entry in found.get("Contents", [])]


@contextlib.contextmanager
def running_store() -> Iterator[Store]:
    """Yields a server with an empty bucket."""
    store = Store()
    answer = DomainDispatcherApplication(create_backend_app)

    def application(environ: dict[str, Any], start: Any) -> Any:
        request = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"
        store.requests.append(request)
        if f"Credential={KEY}/" not in environ.get("HTTP_AUTHORIZATION", ""):
            start("403 Forbidden", [("Content-Type", "application/xml")])
            return [] if request.startswith("HEAD") else [REFUSED]
        store.before(request)
        answered = answer(environ, start)
        store.after(request)
        return answered

    server = make_server(
        "127.0.0.1", 0, application, threaded=True, request_handler=QuietHandler
    )
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        url = f"http://127.0.0.1:{server.server_port}"
        store.environment = {
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_ENDPOINT_URL": url,
            "AWS_DEFAULT_REGION": REGION,
        }
        store.client = botocore.session.Session().create_client(
            "s3",
            region_name=REGION,
            endpoint_url=url,
            aws_access_key_id=KEY,
            aws_secret_access_key=SECRET,
        )
        store.client.create_bucket(
            Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION}
        )
        yield store
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        s3_backends.reset()


class QuietHandler(MotoRequestHandler):  # type: ignore[misc]
    """Prints nothing."""

    def log_request(self, *_: object) -> None:
        """Print nothing."""
