"""What the machine needs to run containers without an engine."""

import os
import shutil
import sys

# Programs, and Debian's packages with them.
PROGRAMS = {
    "buildah": "buildah",
    "debootstrap": "debootstrap",
    "ip": "iproute2",
    "nginx": "nginx-light",
    "prometheus": "prometheus",
    "prometheus-node-exporter": "prometheus-node-exporter",
}


def missing() -> str | None:
    """What is missing, and what to do; None if nothing is."""
    path = f"{os.environ['PATH']}:/usr/sbin:/sbin"
    names = [name for name in PROGRAMS if not shutil.which(name, path=path)]
    if names:
        packages = " ".join(PROGRAMS[name] for name in names)
        return f"no {', '.join(names)}: apt-get install {packages}"
    if os.geteuid() != 0:
        return "containers without an engine need the user root"
    return None


if __name__ == "__main__":
    found = missing()
    print(f"make image-test is left out: {found}" if found else "Next: make image-test")
    sys.exit(bool(found))
