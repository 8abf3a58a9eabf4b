"""The manifests: by the schemas of Kubernetes, offline, and by what must hold here."""

import copy
from typing import Any

import kubernetes_validate
import pytest
import yaml

from api.settings import Settings
from scripts.build_folder import PROJECT
from tests.deploy.test_deploy_containers import COMPOSE, VERSION
from tests.deploy.test_deploy_schedules import recipe

FOLDER = PROJECT / "deploy" / "kubernetes"
# The oldest that every field is known to (ReadWriteOncePod), and the newest.
RELEASES = ("1.29", kubernetes_validate.latest_version())
KUSTOMIZATION: dict[str, Any] = yaml.safe_load((FOLDER / "kustomization.yaml").read_text())
OBJECTS: list[dict[str, Any]] = [
    one
    for name in KUSTOMIZATION["resources"]
    for one in yaml.safe_load_all((FOLDER / name).read_text())
]


def title(one: dict[str, Any]) -> str:
    return f"{one['kind']} {one['metadata']['name']}"


def find(name: str) -> dict[str, Any]:
    [found] = [one for one in OBJECTS if title(one) == name]
    return found


def pod_template(one: dict[str, Any]) -> dict[str, Any]:
    spec = one["spec"]
    template: dict[str, Any] = spec.get("jobTemplate", {}).get("spec", spec)["template"]
    return template


WORKLOADS = [one for one in OBJECTS if one["kind"] in ("Deployment", "CronJob")]
API = find("Deployment product-audience")


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("one", OBJECTS, ids=title)
def test_kubernetes_knows_every_field(one: dict[str, Any], release: str) -> None:
    kubernetes_validate.validate(one, release, strict=True)


def test_an_unknown_field_would_be_seen() -> None:
    broken = copy.deepcopy(API)
    broken["spec"]["template"]["spec"]["containers"][0]["livenesProbe"] = {}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(broken, RELEASES[-1], strict=True)


def test_kustomize_has_every_file() -> None:
    assert KUSTOMIZATION["apiVersion"] == "kustomize.config.k8s.io/v1beta1"
    others = {path.name for path in FOLDER.iterdir()} - {"kustomization.yaml"}
    assert set(KUSTOMIZATION["resources"]) == others
    assert find(f"Namespace {KUSTOMIZATION['namespace']}")
    # It would be written over the labels by which policies know Prometheus.
    assert "includeSelectors" not in KUSTOMIZATION["labels"][0]


def test_images_are_those_of_compose() -> None:
    tags = {image["name"]: image["newTag"] for image in KUSTOMIZATION["images"]}
    exporter = COMPOSE["services"]["refresh-metrics"]["image"]
    assert tags == {
        "product-audience": VERSION,
        "prom/node-exporter": exporter.split(":")[1],
    }
    for one in WORKLOADS:
        assert pod_template(one)["spec"]["containers"][0]["image"] in tags


@pytest.mark.parametrize("one", WORKLOADS, ids=title)
def test_every_pod_is_locked_down(one: dict[str, Any]) -> None:
    spec = pod_template(one)["spec"]
    assert spec["automountServiceAccountToken"] is False
    assert spec["enableServiceLinks"] is False
    pod = spec["securityContext"]
    assert pod["runAsNonRoot"] is True
    assert pod["runAsUser"] > 0
    assert pod["seccompProfile"] == {"type": "RuntimeDefault"}
    [container] = spec["containers"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert {"cpu", "memory"} == set(container["resources"]["requests"])
    assert "memory" in container["resources"]["limits"]


@pytest.mark.parametrize("one", WORKLOADS, ids=title)
def test_what_is_mounted_is_claimed(one: dict[str, Any]) -> None:
    spec = pod_template(one)["spec"]
    volumes = {volume["name"]: volume for volume in spec["volumes"]}
    mounts = spec["containers"][0]["volumeMounts"]
    assert {mount["name"] for mount in mounts} == set(volumes)
    for mount in mounts:
        claim = volumes[mount["name"]].get("persistentVolumeClaim")
        if claim:
            assert find(f"PersistentVolumeClaim {claim['claimName']}")
            assert claim.get("readOnly", False) == mount.get("readOnly", False)


def test_the_api_cannot_write_releases_and_sees_no_log() -> None:
    mounts = pod_template(API)["spec"]["containers"][0]["volumeMounts"]
    assert {mount["mountPath"]: mount.get("readOnly", False) for mount in mounts} == {
        "/build/releases": True,
        "/tmp": False,
    }


def test_programs_are_those_of_the_makefile() -> None:
    [refresh] = pod_template(find("CronJob product-audience-refresh"))["spec"]["containers"]
    assert recipe("refresh") == " ".join(refresh["args"])
    [api] = pod_template(find("Deployment product-audience"))["spec"]["containers"]
    # `audience serve` is the same program; tests/scripts/cli says so.
    assert recipe("serve") == "audience serve"
    assert api["args"] == ["python", "-m", "api"]


def test_an_update_leaves_no_gap() -> None:
    spec = API["spec"]
    assert spec["strategy"]["rollingUpdate"] == {"maxUnavailable": 0, "maxSurge": 1}
    assert (
        spec["replicas"]
        > find("PodDisruptionBudget product-audience")["spec"]["minAvailable"]
    )
    pod = pod_template(API)["spec"]
    [container] = pod["containers"]
    sleep = int(container["lifecycle"]["preStop"]["exec"]["command"][1])
    # `api.workers` gives requests 20 s.
    assert pod["terminationGracePeriodSeconds"] > sleep + 20


def test_probes_ask_what_they_are_for() -> None:
    [container] = pod_template(API)["spec"]["containers"]
    paths = {
        kind: container[f"{kind}Probe"]["httpGet"]["path"]
        for kind in ("startup", "liveness", "readiness")
    }
    assert paths == {"startup": "/health", "liveness": "/health", "readiness": "/ready"}
    assert container["ports"] == [{"name": "http", "containerPort": Settings().port}]
    startup = container["startupProbe"]
    assert startup["periodSeconds"] * startup["failureThreshold"] >= 300


def test_keys_come_from_a_secret_that_is_not_here() -> None:
    [container] = pod_template(API)["spec"]["containers"]
    [keys] = [one for one in container["env"] if one["name"] == "AUDIENCE_API_KEYS"]
    assert set(keys["valueFrom"]) == {"secretKeyRef"}
    assert not [one for one in OBJECTS if one["kind"] == "Secret"]


def test_only_callers_and_prometheus_reach_anything() -> None:
    policies = [one["spec"] for one in OBJECTS if one["kind"] == "NetworkPolicy"]
    assert {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]} in policies
    [outward] = [policy for policy in policies if "egress" in policy]
    reached = [
        (rule["to"], [port["port"] for port in rule["ports"]]) for rule in outward["egress"]
    ]
    api = {"podSelector": {"matchLabels": {"app.kubernetes.io/component": "api"}}}
    names = {"matchLabels": {"k8s-app": "kube-dns"}}
    assert reached == [
        ([api], ["http"]),
        ([{"namespaceSelector": {}, "podSelector": names}], [53, 53]),
    ]
    [refresh] = [one for one in WORKLOADS if one["kind"] == "CronJob"]
    assert (
        pod_template(refresh)["metadata"]["labels"].items()
        >= {
            **outward["podSelector"]["matchLabels"],
            "product-audience/caller": "true",
        }.items()
    )
    allowed = {
        policy["podSelector"]["matchLabels"]["app.kubernetes.io/component"]: [
            peer["podSelector"]["matchLabels"]
            for rule in policy["ingress"]
            for peer in rule["from"]
        ]
        for policy in policies
        if "ingress" in policy
    }
    prometheus = {"app.kubernetes.io/name": "prometheus"}
    assert allowed == {
        "api": [{"product-audience/caller": "true"}, prometheus],
        "refresh-metrics": [prometheus],
    }


def test_selectors_find_their_pods() -> None:
    labels = [pod_template(one)["metadata"]["labels"] for one in WORKLOADS]
    for one in OBJECTS:
        if one["kind"] == "Service":
            assert labels.count(one["spec"]["selector"]) == 1
        elif one["kind"] in ("Deployment", "PodDisruptionBudget"):
            assert labels.count(one["spec"]["selector"]["matchLabels"]) == 1


def test_refreshes_do_not_overlap_or_pile_up() -> None:
    spec = find("CronJob product-audience-refresh")["spec"]
    assert spec["concurrencyPolicy"] == "Forbid"
    assert spec["startingDeadlineSeconds"] > 0
    assert spec["successfulJobsHistoryLimit"] > 0
    assert spec["failedJobsHistoryLimit"] > 0
    job = spec["jobTemplate"]["spec"]
    assert job["backoffLimit"] <= 1
    assert 0 < job["activeDeadlineSeconds"] < 86400
    assert job["template"]["spec"]["restartPolicy"] == "Never"
