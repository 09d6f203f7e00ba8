"""The network policies evaluated as the network would: every pair of places with every port, against a declared table."""

import ipaddress

import pytest
import yaml
from conftest import HERE, RELEASES, pod_spec, rendered

PORTS = ["udp/53", "tcp/53", "tcp/80", "tcp/443", "tcp/5432", "tcp/6379", "tcp/8000", "tcp/8080", "tcp/8089", "tcp/9090", "tcp/22"]


def places(release):
    """name → (namespace or None, labels, address)."""
    namespace = RELEASES[release][0]
    out = {}
    for thing in rendered(release):
        if pod := pod_spec(thing):
            labels = pod[0]
            out[labels.get("component") or labels["app"]] = (namespace, labels, "10.1.0.1")
    out |= {
        "stranger": (namespace, {"app": "something-else"}, "10.1.0.2"),
        "acme-solver": (namespace, {"acme.cert-manager.io/http01-solver": "true"}, "10.1.0.3"),
        # What looks like a part of Bifrost from a namespace that somebody made and labelled as ours.
        "impostor": ("somewhere", {"app": "bifrost", "component": "web"}, "10.1.0.4"),
        "ingress-controller": ("ingress-nginx", {"app.kubernetes.io/name": "ingress-nginx"}, "10.1.0.5"),
        "prometheus": ("monitoring", {"app": "prometheus"}, "10.1.0.6"),
        "dns": ("kube-system", {"k8s-app": "kube-dns"}, "10.1.0.7"),
        "cluster-part": ("kube-system", {"k8s-app": "other"}, "10.1.0.8"),
        "data-postgres": ("bifrost-data", {"app": "postgres"}, "10.1.0.9"),
        "data-redis": ("bifrost-data", {"app": "redis"}, "10.1.0.10"),
        "node-dns": (None, {}, "169.254.20.10"),
        "metadata-service": (None, {}, "169.254.169.254"),
        "private-10": (None, {}, "10.9.9.9"),
        "private-192": (None, {}, "192.168.1.1"),
        "private-172": (None, {}, "172.16.0.1"),
        "shared-space": (None, {}, "100.64.0.1"),
        "internet": (None, {}, "198.51.100.7"),
        "partner": (None, {}, "192.0.2.5"),
    }
    return out


def matches(selector, labels):
    if not all(labels.get(key) == value for key, value in selector.get("matchLabels", {}).items()):
        return False
    for rule in selector.get("matchExpressions", []):
        assert rule["operator"] == "In", rule
        if labels.get(rule["key"]) not in rule["values"]:
            return False
    return True


def peer_matches(peer, place, policy_namespace):
    namespace, labels, address = place
    if "ipBlock" in peer:
        # Meant for addresses outside of the cluster; whether a pod's address counts differs from network to network, so it must not be needed.
        block = peer["ipBlock"]
        inside = ipaddress.ip_address(address) in ipaddress.ip_network(block["cidr"])
        return namespace is None and inside and not any(ipaddress.ip_address(address) in ipaddress.ip_network(part) for part in block.get("except", []))
    if namespace is None:
        return False
    if "namespaceSelector" in peer:
        # The API server gives every namespace this label; others can be copied by anybody.
        chosen = matches(peer["namespaceSelector"], {"kubernetes.io/metadata.name": namespace})
    else:
        chosen = namespace == policy_namespace
    return chosen and matches(peer.get("podSelector", {}), labels)


def rule_allows(rule, key, place, port, policy_namespace):
    protocol, number = port.split("/")
    ports = rule.get("ports")
    if ports is not None and not any(entry.get("protocol", "TCP").lower() == protocol and entry["port"] == int(number) for entry in ports):
        return False
    peers = rule.get(key)
    return not peers or any(peer_matches(peer, place, policy_namespace) for peer in peers)


def side_allows(policies, direction, key, subject, other, port):
    namespace, labels, _ = subject
    chosen = [
        policy for policy in policies
        if policy["metadata"]["namespace"] == namespace and matches(policy["spec"]["podSelector"], labels) and direction in policy["spec"]["policyTypes"]
    ]
    if not chosen:
        return True
    return any(rule_allows(rule, key, other, port, namespace) for policy in chosen for rule in policy["spec"].get(direction.lower(), []))


def allowed(policies, source, target, port):
    return side_allows(policies, "Egress", "to", source, target, port) and side_allows(policies, "Ingress", "from", target, source, port)


def connections(release):
    namespace = RELEASES[release][0]
    policies = [thing for thing in rendered(release) if thing["kind"] == "NetworkPolicy"]
    found = {}
    everything = places(release)
    for source_name, source in everything.items():
        for target_name, target in everything.items():
            if source_name == target_name or namespace not in (source[0], target[0]):
                continue  # the policies say nothing about what goes on elsewhere
            ports = [port for port in PORTS if allowed(policies, source, target, port)]
            if ports:
                found.setdefault(source_name, {})[target_name] = ports
    return found


@pytest.mark.parametrize("release", ["production", "staging"])
def test_allowed_connections_are_those_of_the_table(release):
    assert connections(release) == yaml.safe_load((HERE / "allowed_connections.yaml").read_text())[release]


def test_only_workers_and_the_api_reach_what_a_site_adds():
    found = connections("everything")
    assert found["partner"] == {"api": ["tcp/8000"]}
    assert found["ingress-controller"]["web"] == ["tcp/8080"]


def test_every_policy_names_ports(release):
    for thing in rendered(release):
        if thing["kind"] == "NetworkPolicy":
            for rule in [*thing["spec"].get("ingress", []), *thing["spec"].get("egress", [])]:
                assert rule["ports"] and all("port" in entry for entry in rule["ports"]), thing["metadata"]["name"]


def test_every_pod_has_a_policy_of_its_own(release):
    policies = [thing["spec"] for thing in rendered(release) if thing["kind"] == "NetworkPolicy" and thing["spec"]["podSelector"]]
    for thing in rendered(release):
        if pod := pod_spec(thing):
            assert any(matches(spec["podSelector"], pod[0]) for spec in policies), thing["metadata"]["name"]


def test_without_the_default_nothing_would_be_refused_to_strangers():
    """The evaluation itself: it sees a missing policy."""
    policies = [thing for thing in rendered("production") if thing["kind"] == "NetworkPolicy" and thing["metadata"]["name"] != "bifrost-default-deny"]
    everything = places("production")
    assert allowed(policies, everything["stranger"], everything["internet"], "tcp/22")
