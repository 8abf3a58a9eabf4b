"""The image builds, and both programs run in it with nothing but their volumes."""

import re
import shutil
import stat
from pathlib import Path

import httpx
import pytest

from scripts.synthetic.interactions import generate
from tests.image.compose_services import HOSTS, Services
from tests.image.container import Container, Network, Sandbox, Volume, wait_for
from tests.image.image_store import Image

pytestmark = pytest.mark.long
USER = 10001
API = f"http://{HOSTS['api']}:8000"
PROBE = """
import os, socket, sys
for path in ("/", "/app", "/app/models", "/opt/venv", "/etc", "/usr/bin"):
    try:
        open(os.path.join(path, "written"), "w")
        sys.exit(path + " can be written")
    except OSError as error:
        assert error.errno in (13, 30), error
root = os.statvfs("/")
assert root.f_flag & os.ST_RDONLY
for path in ("/build", "/build/releases", "/build/metrics", "/tmp"):
    with open(os.path.join(path, "written"), "w"):
        os.remove(os.path.join(path, "written"))
status = dict(line.split(":\\t", 1) for line in open("/proc/self/status") if ":\\t" in line)
assert (os.getuid(), os.getgid(), os.getgroups()) == (10001, 10001, [])
assert all(int(status[name], 16) == 0 for name in ("CapEff", "CapPrm", "CapBnd", "CapAmb"))
assert status["NoNewPrivs"].strip() == "1"
try:
    socket.create_connection(("192.0.2.1", 80), timeout=2)
    sys.exit("there is a way out")
except OSError as error:
    print(error)
"""


def get(network: Network, path: str, **headers: str) -> httpx.Response:
    return network.call(lambda: httpx.get(API + path, headers=headers, timeout=10))


def make_key(services: Services, name: str) -> tuple[str, str]:
    """A key, and its entry for AUDIENCE_API_KEYS, as `audience keys` prints them."""
    printed = services.run("refresh", "audience", "keys", name)
    [entry] = re.findall(rf"{name}:[0-9a-f]{{64}}", printed)
    [key] = [word for word in printed.split() if re.fullmatch(r"[\w-]{40,}", word)]
    return key, entry


@pytest.fixture(scope="module")
def keys(services: Services) -> dict[str, str]:
    """The key of a caller; the API knows its hash."""
    key, entry = make_key(services, "shop")
    services.settings |= {"AUDIENCE_API_KEYS": entry, "AUDIENCE_API_KEY": key}
    return {"x-api-key": key}


@pytest.fixture(scope="module")
def built(services: Services, keys: dict[str, str]) -> str:
    """What the first build prints."""
    assert keys
    generate(services.log / "log.csv", scale=0.01, seed=3)
    return services.run("refresh", "audience", "build", "--log", "/log/*.csv")


@pytest.fixture(scope="module")
def api(services: Services, network: Network, built: str) -> Container:
    """The API, which answers."""
    assert built
    running = services.start("api")

    def answers() -> bool:
        assert running.is_running, running.printed
        try:
            return get(network, "/health").status_code == 200
        except httpx.TransportError:
            return False

    wait_for(answers, 60, lambda: running.printed)
    return running


def test_nothing_of_the_machine_is_in_the_image(image: Image) -> None:
    assert image.user == "10001:10001"
    assert set(image.environment) == {
        "PATH", "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED", "HOME", "AUDIENCE_BUILD_DIR",
        "AUDIENCE_HOST",
    }  # fmt: skip
    # What was mounted during the build leaves an empty file.
    left = image.root / "etc" / "pip.conf"
    assert not left.exists() or left.stat().st_size == 0
    assert not list((image.root / "app").rglob("*.duckdb"))
    (top,) = (found for found in [image.root / "build"] if found.is_dir())
    owned = {path.name: path.stat() for path in (top, *top.iterdir())}
    assert {name: stat.S_IMODE(found.st_mode) for name, found in owned.items()} == {
        "build": 0o700, "releases": 0o700, "metrics": 0o755,
    }  # fmt: skip
    assert {found.st_uid for found in owned.values()} == {USER}


def test_a_program_can_write_to_its_volumes_only_and_reaches_nothing(
    services: Services,
) -> None:
    printed = services.run("refresh", "python", "-c", PROBE)
    assert "unreachable" in printed


def test_the_release_and_all_else_are_private(services: Services, built: str) -> None:
    assert "Traceback" not in built
    folders = {name: services.volume(name, at) for name, at in (
        ("build", "/build"), ("releases", "/build/releases"),
    )}  # fmt: skip
    found = [path for folder in folders.values() for path in folder.rglob("*")]
    assert any(path.name == "audience.duckdb" for path in found)
    assert any(path.name == "warehouse.duckdb" for path in found)
    for path in found:
        if not path.is_symlink() and path.name not in ("metrics", "releases"):
            facts = path.lstat()
            assert facts.st_uid == USER, path
            assert not facts.st_mode & 0o077, path


def test_the_release_is_served(
    api: Container, network: Network, keys: dict[str, str]
) -> None:
    answer = get(network, "/recommend/5?n=3", **keys)
    assert answer.status_code == 200, api.printed
    assert len(answer.json()["recommendations"]) == 3
    assert get(network, "/recommend/5").status_code == 401


def test_the_api_answers_by_the_names_in_compose(
    api: Container, network: Network, keys: dict[str, str]
) -> None:
    assert api.is_running
    for host, status in {
        "api:8000": 200, f"{HOSTS['api']}:8000": 200, "127.0.0.1:8000": 200,
        "other.example": 421,
    }.items():  # fmt: skip
        assert get(network, "/recommend/5", host=host, **keys).status_code == status, host


def test_the_health_check_of_the_image_says_whether_it_is_well(
    api: Container, image: Image, place: Path
) -> None:
    kind, *command = image.health_check
    assert kind == "CMD"
    inside = ["nsenter", f"--net=/proc/{api.processes()[0].pid}/ns/net"]
    well = Container(image, Sandbox(network=inside), place / "well.log", command)
    assert well.wait() == 0, well.printed
    alone = Container(image, Sandbox(), place / "alone.log", command)
    assert alone.wait() != 0


def test_a_refresh_reaches_the_running_api(
    services: Services, api: Container, network: Network
) -> None:
    before = get(network, "/health").json()["release_id"]
    printed = services.run("refresh", "audience", "refresh", "--always", "--watch", "5")
    after = get(network, "/health").json()["release_id"]
    assert after > before, printed
    assert "not counted" not in printed
    assert "still serves" not in printed
    assert "no API" not in printed
    assert api.is_running


def test_an_api_without_a_release_says_which_command_makes_one(
    services: Services, network: Network, keys: dict[str, str]
) -> None:
    services.start("api", host="replica", volumes={"releases": "nothing"})
    url = f"http://{HOSTS['replica']}:8000/recommend/5"
    said = []

    def answers() -> bool:
        try:
            said.append(network.call(lambda: httpx.get(url, headers=keys)))
        except httpx.TransportError:
            return False
        return True

    wait_for(answers, 60)
    assert said[0].status_code == 503
    assert "`audience build`" in said[0].text
    assert "make" not in said[0].json()["detail"]


def test_volumes_as_kubernetes_prepares_them(
    image: Image, services: Services, place: Path
) -> None:
    """They belong to root and to the group of `fsGroup`, and are shared by it."""
    root = place / "claims"
    root.mkdir(mode=0o711)
    volumes = []
    for name in ("build", "releases", "metrics"):
        path = root / name
        path.mkdir()
        shutil.chown(path, 0, USER)
        path.chmod(0o2775)
        volumes.append(Volume(path, "/build" if name == "build" else f"/build/{name}"))
    for name in ("releases", "metrics"):  # Where the other volumes are mounted.
        (root / "build" / name).mkdir()
    sandbox = Sandbox(
        [*volumes, Volume(services.log, "/log", is_read_only=True)],
        {"/tmp": "size=256m,mode=1777"},
    )
    command = ["audience", "build", "--log", "/log/*.csv"]
    job = Container(image, sandbox, place / "claims.log", command)
    assert job.wait() == 0, job.printed
    again = Container(image, sandbox, place / "again.log", ["audience", "refresh"])
    assert again.wait() == 0, again.printed
    metrics = root / "metrics" / "refresh.prom"
    assert stat.S_IMODE(metrics.stat().st_mode) == 0o644
    assert list((root / "releases").glob("*/audience.duckdb"))
