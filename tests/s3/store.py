"""A server of S3 on this machine that knows one key, and calls a test while it answers."""

import contextlib
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import botocore.session
from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import make_server
from werkzeug.wrappers import Response

BUCKET, REGION = "shop", "eu-central-1"
KEY, SECRET = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
# As S3 answers.
UNKNOWN_KEY = (
    '<?xml version="1.0" encoding="UTF-8"?><Error><Code>InvalidAccessKeyId</Code><Message>'
    "The AWS Access Key Id you provided does not exist in our records.</Message></Error>"
)


@dataclass
class Store:
    """The server, and what a user would set to reach it.

    Attributes:
        environment: the variables that a user sets.
        requests: method and path of all requests.
        before, after: called with method and path before a request is handled, and
            between that and its answer.
    """

    url: str = ""
    requests: list[str] = field(default_factory=list)
    before: Callable[[str], None] = lambda _: None
    after: Callable[[str], None] = lambda _: None
    client: Any = None

    @property
    def environment(self) -> dict[str, str]:
        return environment(self.url) | {
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET,
        }

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

    def remove(self, key: str) -> None:
        """Remove an object."""
        self.client.delete_object(Bucket=BUCKET, Key=key)

    def buckets(self) -> list[str]:
        """The names of all buckets."""
        return [one["Name"] for one in self.client.list_buckets()["Buckets"]]

    def unfinished(self) -> list[str]:
        """The objects of which parts have been uploaded, and no more."""
        found = self.client.list_multipart_uploads(Bucket=BUCKET)
        return [entry["Key"] for entry in found.get("Uploads", [])]


def environment(url: str) -> dict[str, str]:
    """The variables of a machine without keys."""
    return {
        "AWS_ENDPOINT_URL": url,
        "AWS_DEFAULT_REGION": REGION,
        # No keys of the person or the machine that runs the tests.
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "BOTO_CONFIG": os.devnull,
    }


@contextlib.contextmanager
def running_store() -> Iterator[Store]:
    """Yields a server with an empty bucket."""
    store = Store()
    answer = DomainDispatcherApplication(create_backend_app)

    def application(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        if f"Credential={KEY}/" not in environ.get("HTTP_AUTHORIZATION", ""):
            refused = Response(UNKNOWN_KEY, 403, content_type="application/xml")
            return refused(environ, start)
        request = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"
        store.requests.append(request)
        store.before(request)
        answered: Iterable[bytes] = answer(environ, start)
        store.after(request)
        return answered

    server = make_server(
        "127.0.0.1", 0, application, threaded=True, request_handler=QuietHandler
    )
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        store.url = f"http://127.0.0.1:{server.server_port}"
        store.client = botocore.session.Session().create_client(
            "s3",
            region_name=REGION,
            endpoint_url=store.url,
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


class QuietHandler(MotoRequestHandler):
    """Prints nothing, also when a killed client hangs up."""

    def log_request(self, *_: object) -> None:
        """Print nothing."""

    def log(self, *_: object) -> None:
        """Print nothing."""
