"""The network of a benchmark: a client, a gateway and an external server, each in its own network namespace, joined by a router.

Everything lives below one outer set of namespaces (mount, network, process), whose death takes all of it back; names of namespaces
are kept in a private /run.
"""

import os
import subprocess

CLIENT, GATEWAY, SERVER = "10.234.1.35", "10.234.0.83", "192.168.0.63"
PROXY_UID = 1337


def enter_own_namespaces(argv):
    """Starts this program again inside namespaces of its own; returns only there."""
    if os.environ.get("LAB_BENCH_INSIDE") == "1":
        return
    if os.geteuid() != 0:
        raise SystemExit("bench: network namespaces need root")
    os.environ["LAB_BENCH_INSIDE"] = "1"
    os.execvp("unshare", ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc", *argv])


def run(*command, **options):
    done = subprocess.run(command, text=True, capture_output=True, **options)
    if done.returncode != 0:
        raise SystemExit(f"bench: {' '.join(command)}: {done.stderr}")
    return done.stdout


def inside(node, command):
    return ["ip", "netns", "exec", node, *command]


def add_node(name, address, prefix, router):
    run("ip", "netns", "add", name)
    run("ip", "link", "add", f"v-{name}", "type", "veth", "peer", "name", "eth0", "netns", name)
    run("ip", "link", "set", f"v-{name}", "master", router, "up")
    for words in (f"addr add {address}/{prefix} dev eth0", "link set eth0 up", "link set lo up"):
        run("ip", "-n", name, *words.split())


def make_network():
    """Pods on one bridge, the external server on another, this namespace as the router between them."""
    run("mount", "-t", "tmpfs", "tmpfs", "/run")
    run("ip", "link", "set", "lo", "up")
    for bridge, address in (("pods", "10.234.255.1/16"), ("outside", "192.168.0.1/24")):
        run("ip", "link", "add", bridge, "type", "bridge")
        run("ip", "addr", "add", address, "dev", bridge)
        run("ip", "link", "set", bridge, "up")
    with open("/proc/sys/net/ipv4/ip_forward", "w") as forwarding:
        forwarding.write("1")
    add_node("client", CLIENT, 16, "pods")
    add_node("gateway", GATEWAY, 16, "pods")
    add_node("server", SERVER, 24, "outside")
    for node, router in (("client", "10.234.255.1"), ("gateway", "10.234.255.1"), ("server", "192.168.0.1")):
        run("ip", "-n", node, "route", "add", "default", "via", router)
        run(*inside(node, ["sysctl", "-qw", "net.ipv4.ip_unprivileged_port_start=0"]))
    rules = ("*nat\n:OUTPUT ACCEPT [0:0]\n:OUT - [0:0]\n-A OUTPUT -p tcp -j OUT\n"
             f"-A OUT -m owner --uid-owner {PROXY_UID} -j RETURN\n-A OUT -d 127.0.0.1/32 -j RETURN\n"
             "-A OUT -p tcp -j REDIRECT --to-ports 15001\nCOMMIT\n")
    run(*inside("client", ["iptables-restore"]), input=rules)


def as_proxy(node, command):
    """A command line in a node with the proxies' user, whom the redirect leaves alone."""
    user = str(PROXY_UID)
    return inside(node, ["setpriv", "--reuid", user, "--regid", user, "--clear-groups", *command])
