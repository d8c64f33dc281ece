"""network create, ls, rm, connect, disconnect and prune."""

from __future__ import annotations

from parity.case import IP, Case, usage

NET = "network create --subnet 10.125.{} {{net}}".format
TWO = ("network create --label {label} {net}", "network create --label {label} --internal {net2}")
BOX = "create --name {c} {img}"
ENDS = (
    "inspect -f '{{range $name, $end := .NetworkSettings.Networks}}{{$name}} {{.Aliases}} {{.Links}} "
    "{{with .IPAMConfig}}{{.IPv4Address}}{{.IPv6Address}}{{.LinkLocalIPs}}{{end}} "
    "{{range $key, $value := .DriverOpts}}{{$key}}={{$value}}{{end}};{{end}}' {c}"
)
LOOK = (
    "network inspect -f '{{.Driver}} {{.Scope}} {{.EnableIPv6}} {{.Internal}} {{.Attachable}} {{.ConfigOnly}} "
    "{{json .IPAM.Config}} {{json .Options}} {{json .Labels}}' {net}"
)

CREATE = [
    Case("network create {net}", after=(LOOK,), mask=(IP + r"(?:/\d+)?",)),
    Case("network create {net}", after=("network inspect -f '{{json .IPAM.Options}}' {net}",), name="without options"),
    Case("network create -d bridge --subnet 10.125.0.0/24 --gateway 10.125.0.9 {net}", after=(LOOK,)),
    Case("network create --subnet 10.125.1.0/24 --ip-range 10.125.1.128/25 --aux-address a=10.125.1.130 {net}",
         after=(LOOK,)),
    Case("network create --subnet 10.125.2.0/24 --subnet 10.126.2.0/24 {net}"),
    Case("network create --internal --attachable --label a=b --label c --subnet 10.125.3.0/24 {net}", after=(LOOK,)),
    Case("network create -o com.docker.network.bridge.name={net} --subnet 10.125.4.0/24 {net}"),
    Case("network create -o com.docker.network.driver.mtu=1400 --subnet 10.125.5.0/24 {net}", after=(LOOK,)),
    Case("network create --ipv6 --subnet 2001:db8:5::/64 --subnet 10.125.6.0/24 {net}", after=(LOOK,)),
    Case("network create --ipv6=false --subnet 10.125.7.0/24 {net}", after=(LOOK,)),
    Case("network create --ipv4=false {net}"),
    Case("network create --ipam-driver default --ipam-opt a=b --subnet 10.125.8.0/24 {net}", after=(LOOK,)),
    Case("network create --ipam-driver bogus {net}"),
    Case("network create --scope local --subnet 10.125.9.0/24 {net}", after=(LOOK,)),
    Case("network create --scope swarm {net}"),
    Case("network create -d macvlan -o parent=lo --subnet 10.125.10.0/24 {net}"),
    Case("network create -d bogus {net}"),
    Case("network create -d overlay {net}"),
    Case("network create --ingress {net}"),
    Case("network create --config-only --subnet 10.125.11.0/24 {net}", after=(LOOK,)),
    Case("network create --config-from not-there {net}"),
    Case("network create --subnet 10.125.12.0/24 {net2}", setup=(NET("12.0/24"),), name="the subnet is in use"),
    Case("network create {net}", setup=(NET("13.0/24"),), name="the name is in use"),
    Case("network create --subnet bogus {net}"),
    Case("network create --gateway 10.125.14.1 {net}"),
    Case("network create --subnet 10.125.15.0/24 --gateway 10.9.9.9 {net}"),
    Case("network create --subnet 10.125.15.0/24 --gateway bogus {net}"),
    Case("network create --subnet 10.125.15.0/24 --ip-range 10.9.9.0/24 {net}"),
    Case("network create --subnet 10.125.15.0/24 --subnet 10.125.15.0/25 {net}"),
    Case("network create --subnet 10.125.15.0/24 --aux-address bogus {net}"),
    Case("network create --subnet 10.125.15.0/24 --aux-address a=10.9.9.9 {net}"),
    Case("network create --label '' --subnet 10.125.16.0/24 {net}"),
    Case("network create bridge"),
    Case("network create --label {label} bad/name"),
    Case("network create ''"),
    Case("network create"),
    Case("network create a b"),
    Case("network create --bogus a"),
    usage("network create"),
]  # fmt: skip
LS = [
    Case("network ls -f label={label}", setup=TWO),
    Case("network ls -q -f label={label}", setup=TWO),
    Case("network ls --no-trunc -f label={label}", setup=TWO),
    Case("network list -f name={net}", setup=TWO),
    Case("network ls -f label={label} -f driver=bridge -f scope=local -q", setup=TWO),
    Case("network ls -f type=builtin"),
    Case("network ls -f type=custom -f label={label}", setup=TWO),
    Case("network ls -f dangling=true -f label={label}", setup=TWO),
    Case("network ls --format '{{.ID}} {{.Name}} {{.Driver}} {{.Scope}} {{.IPv6}} {{.Internal}}' -f label={label}",
         setup=TWO),
    Case("network ls --format '{{.Labels}} {{.Label \"rawdocker.test\"}} {{.CreatedAt}}' -f label={label}", setup=TWO),
    Case("network ls --format 'table {{.Name}}\\t{{.Internal}}' -f label={label}", setup=TWO),
    Case("network ls --format raw -f label={label}", setup=TWO),
    Case("network ls -q --format raw -f label={label}", setup=TWO),
    Case("network ls --format json -f label={label}", setup=TWO),
    Case("network ls --format '{{.Bogus}}' -f label={label}", setup=TWO),
    Case("network ls -f bogus=1"),
    Case("network ls -f type=bogus"),
    Case("network ls x"),
    Case("network ls --bogus"),
    usage("network ls"),
]  # fmt: skip
RM = [
    Case("network rm {net}", setup=TWO, after=("network ls -q -f label={label}",)),
    Case("network rm {net} {net2}", setup=TWO),
    Case("network rm {net} not-there {net2}", setup=TWO),
    Case("network rm -f not-there"),
    Case("network rm -f not-there {net}", setup=TWO),
    Case("network rm not-there"),
    Case("network rm {net}", setup=(NET("17.0/24"), "run -d --name {c} --network {net} {img} sleep 1000"),
         name="in use"),
    Case("network rm bridge"),
    Case("network remove {net}", setup=TWO),
    Case("network rm"),
    Case("network rm --bogus x"),
    usage("network rm"),
    Case("network prune -f --filter label={label}", setup=TWO[:1]),
    Case("network prune -f --filter label={label} --filter until=1h", setup=TWO),
    Case("network prune -f --filter label=nothing-has-this"),
    Case("network prune --filter label={label}", setup=TWO, stdin="n\n"),
    Case("network prune --filter label={label}", setup=TWO[:1], stdin="Y\n", name="yes"),
    Case("network prune -f --filter bogus=1"),
    Case("network prune x"),
    usage("network prune"),
]  # fmt: skip
CONNECT = [
    Case("network connect {net} {c}", setup=(NET("20.0/24"), BOX), after=(ENDS,)),
    Case("network connect {net} {c}", setup=(NET("34.0/24"), BOX), name="without options",
         after=("inspect -f '{{json .NetworkSettings.Networks.{net}.IPAMConfig}}' {c}",)),
    Case("network connect --ip 10.125.21.7 {net} {c}", setup=(NET("21.0/24"), BOX), after=(ENDS,)),
    Case("network connect --alias a --alias b {net} {c}", setup=(NET("22.0/24"), BOX), after=(ENDS,)),
    Case("network connect --link {c2}:x {net} {c}", setup=(NET("23.0/24"), BOX, "create --name {c2} {img}"),
         after=(ENDS,)),
    Case("network connect --link-local-ip 169.254.7.7 {net} {c}", setup=(NET("24.0/24"), BOX), after=(ENDS,)),
    Case("network connect --driver-opt a=b {net} {c}", setup=(NET("25.0/24"), BOX), after=(ENDS,)),
    Case("network connect --driver-opt bogus {net} {c}", setup=(NET("26.0/24"), BOX)),
    Case("network connect --ip6 2001:db8::7 {net} {c}", setup=(NET("27.0/24"), BOX)),
    Case("network connect --gw-priority 5 {net} {c}", setup=(NET("27.0/24"), BOX)),
    Case("network connect --ip bogus {net} {c}"),
    Case("network connect --ip 10.9.9.9 {net} {c}", setup=(NET("28.0/24"), "run -d --name {c} {img} sleep 1000")),
    Case("network connect {net} {c}", setup=(NET("29.0/24"), BOX, "network connect {net} {c}"),
         name="connected already"),
    Case("network connect not-there {c}", setup=(BOX,)),
    Case("network connect {net} not-there", setup=(NET("30.0/24"),)),
    Case("network connect host {c}", setup=(BOX,)),
    Case("network connect a"),
    Case("network connect --bogus a b"),
    usage("network connect"),
    Case("network disconnect {net} {c}", setup=(NET("31.0/24"), BOX, "network connect {net} {c}"), after=(ENDS,)),
    Case("network disconnect -f {net} {c}",
         setup=(NET("32.0/24"), "run -d --name {c} --network {net} {img} sleep 1000")),
    Case("network disconnect {net} {c}", setup=(NET("33.0/24"), BOX), name="not connected"),
    Case("network disconnect not-there {c}", setup=(BOX,)),
    Case("network disconnect bridge not-there"),
    Case("network disconnect a"),
    usage("network disconnect"),
]  # fmt: skip
CASES = [*CREATE, *LS, *RM, *CONNECT, usage("network"), Case("network bogus"), Case("network --bogus")]
