"""Images, a network, and services that share volumes."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.image.compose_services import Services
from tests.image.container import Network
from tests.image.image_store import Image, ImageStore
from tests.image.programs import missing


@pytest.fixture(scope="session")
def store() -> Iterator[ImageStore]:
    """Where images are built. AUDIENCE_IMAGE_STORE names a folder that is kept."""
    if found := missing():
        pytest.fail(found)  # Skipped tests would look as if the image had been tested.
    kept = os.environ.get("AUDIENCE_IMAGE_STORE")
    folder = Path(kept or tempfile.mkdtemp(prefix="audience-images-", dir="/var/tmp"))
    folder.mkdir(exist_ok=True)
    images = ImageStore(folder)
    yield images
    images.unmount()
    if not kept:
        images.remove_images()
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def image(store: ImageStore) -> Image:
    """The image of this checkout."""
    return store.build("product-audience:test")


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """A folder that the users of containers can pass through."""
    folder = Path(tempfile.mkdtemp(prefix="audience-volumes-", dir="/var/tmp"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def network(place: Path, store: ImageStore) -> Iterator[Network]:
    """A network without a way out; needs what the store needs."""
    assert store
    bridge = Network(place)
    yield bridge
    bridge.remove()


@pytest.fixture(scope="module")
def services(image: Image, network: Network, place: Path) -> Iterator[Services]:
    """The services of compose, with new volumes."""
    running = Services(image, network, place)
    yield running
    running.stop()
