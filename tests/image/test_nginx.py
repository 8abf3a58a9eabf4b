"""Two containers behind deploy/cluster/nginx.conf; one of them is killed."""

import os
import subprocess
from collections import Counter
from pathlib import Path

import httpx
import pytest

from scripts.synthetic.interactions import generate
from tests.cluster.test_cluster import CONFIGURATION
from tests.image.compose_services import HOSTS, Services
from tests.image.container import BRIDGE, Network, wait_for
from tests.image.test_image import make_key

pytestmark = pytest.mark.long
NAME = "audiences.example"


def configuration() -> str:
    """The shipped one, on the bridge, with two instances."""
    first, second = HOSTS["api"], HOSTS["replica"]
    lines = CONFIGURATION.read_text().splitlines()
    text = "\n".join(line for line in lines if "127.0.0.1:8003" not in line)
    text = text.replace("127.0.0.1:8001", f"{first}:8000")
    text = text.replace("127.0.0.1:8002", f"{second}:8000")
    return text.replace("listen 127.0.0.1:8000", f"listen {BRIDGE}:8000")


def test_nginx_finds_the_container_that_is_left(
    services: Services, network: Network, place: Path
) -> None:
    key, entry = make_key(services, "shop")
    services.settings |= {
        "AUDIENCE_API_KEYS": entry,
        "AUDIENCE_API_KEY": key,
        "AUDIENCE_ALLOWED_HOSTS": NAME,
    }
    generate(services.log / "log.csv", scale=0.01, seed=3)
    services.run("refresh", "audience", "build", "--log", "/log/*.csv")
    first = services.start("api")
    services.start("api", host="replica")
    home = place / "nginx"
    home.mkdir()
    (home / "nginx.conf").write_text(configuration())
    path = f"{os.environ['PATH']}:/usr/sbin"
    words = ["nginx", "-p", str(home), "-c", str(home / "nginx.conf"), "-g", "daemon off;"]
    proxy = subprocess.Popen([*network.inside, *words], env=os.environ | {"PATH": path})

    def ask(_: int = 0, host: str = NAME) -> int:
        headers = {"host": host, "x-api-key": key}
        try:
            answer = httpx.get(f"http://{BRIDGE}:8000/recommend/5", headers=headers)
        except httpx.TransportError:
            return 0
        return answer.status_code

    try:
        wait_for(lambda: network.call(ask) == 200, 60, lambda: first.printed)
        assert network.call(lambda: ask(host="other.example")) == 421
        asking = network.calls(ask, 400)
        first.kill()
        assert Counter(asking) == {200: 400}
    finally:
        proxy.terminate()
        proxy.wait(30)
