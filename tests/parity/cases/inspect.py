"""inspect, of containers, images, networks and volumes."""

from __future__ import annotations

from parity.case import IP, MAC, PORT, Case, usage

CREATED = "create --name {c} -e A=1 -l a=b -m 64m -p 127.0.0.1::80 -v {vol}:/data {img} sh -c 'echo <&>'"
BOX = "run -d --name {c} -p 127.0.0.1::80 --stop-signal KILL {img} sleep 1000"
PIDS = r'(?<="Pid": )\d+'
ADDRESS = r"\b0xc[0-9a-f]{9}\b"
FORMATS = """
{{.Name}}
{{.Id}}
{{json .Config}}
{{json .HostConfig.Memory}}
{{.Config.Env}}
{{.Config.Labels}}
{{.Config.Cmd}}
{{.HostConfig}}
{{.State}}
{{.Mounts}}
{{.NetworkSettings.Ports}}
{{.HostConfig.PortBindings}}
{{.Config.ExposedPorts}}
{{.HostConfig.RestartPolicy.Name}}
{{.Config.Entrypoint}}
{{.HostConfig.Memory}}
{{.HostConfig.OomKillDisable}}
{{.HostConfig.Init}}
{{.HostConfig.PidsLimit}}
{{.Config.Healthcheck}}
{{.State.Health}}
{{index .Config.Labels "a"}}
{{index .Config.Env 0}}
{{index .Config.Env 99}}
{{range .Config.Env}}[{{.}}]{{end}}
{{range $k, $v := .Config.Labels}}{{$k}}={{$v}};{{end}}
{{range .Mounts}}{{.Type}} {{.Destination}} {{.RW}}{{println}}{{end}}
{{range $name, $net := .NetworkSettings.Networks}}{{$name}}{{end}}
{{with .State}}{{.Status}}{{end}}
{{if .State.Running}}yes{{else}}no{{end}}
{{len .Config.Env}} {{.Config.Env | len}}
{{printf "%s-%d" .Name .HostConfig.Memory}}
{{join .Config.Cmd ","}}
{{split .Path "/"}}
{{upper .Path}} {{lower .Name}} {{title .Path}}
{{pad .Path 2 3}}|
{{truncate .Path 1}}
{{.Created}}
{{.State.FinishedAt}}
{{.NetworkSettings.SandboxKey}}
{{json .}}
{{.Bogus}}
{{.Config.Bogus}}
{{.name}}
{{.Config.Env.X}}
{{json .State
{{bogus}}
{{.State.Running | printf "%v"}}
{{and .State.Running .Id}}{{not .State.Running}}{{or .State.Running "other"}}
{{eq .State.Status "created"}} {{ne 1 2}} {{gt .HostConfig.Memory 5}}
{{html .Config.Cmd}} {{js .Config.Cmd}} {{urlquery .Path}}
{{slice .Name 1 3}}
{{/* nothing */}}text
{{define "x"}}[{{.}}]{{end}}{{template "x" .Path}}
{{- .Path -}}
{{$x := .Path}}{{$x}}
{{println .Path}}{{print 1 "a" 2}}
plain
json
""".strip().splitlines()

CASES = [
    Case("inspect {c}", setup=(CREATED,)),
    Case("inspect {c}", setup=(BOX,), mask=(IP, MAC, PORT, PIDS), name="it runs"),
    Case("container inspect {c}", setup=(CREATED,)),
    Case("inspect --type container {c}", setup=(CREATED,)),
    Case("inspect -s {c}", setup=(CREATED,)),
    Case("inspect -s -f '{{.SizeRootFs}} {{.SizeRw}}' {c}", setup=(CREATED,)),
    Case("container inspect -s -f '{{.SizeRw}}' {c}", setup=(CREATED,)),
    *(Case(f"inspect -f '{form}' {{c}}", setup=(CREATED,), mask=(ADDRESS,)) for form in FORMATS),
    Case("inspect -f '{{.Name}}' {c} {c2}", setup=(CREATED, "create --name {c2} {img}")),
    Case("inspect -f '{{.Name}}' {c} not-there {c2}", setup=(CREATED, "create --name {c2} {img}")),
    Case("inspect {c} not-there", setup=("create --name {c} {img}",), mask=(r'"Size(?:Rw|RootFs)": \d+',)),
    Case("inspect not-there not-there-2"),
    Case("inspect not-there"),
    Case("inspect ''"),
    Case("inspect --type container not-there"),
    Case("inspect --type image not-there"),
    Case("inspect --type network not-there"),
    Case("inspect --type volume not-there"),
    Case("inspect --type plugin not-there"),
    Case("inspect --type service not-there"),
    Case("inspect --type node not-there"),
    Case("inspect --type task not-there"),
    Case("inspect --type secret not-there"),
    Case("inspect --type bogus x"),
    Case("inspect --type= x"),
    Case("inspect -s --type image {img}"),
    Case("inspect {img}"),
    Case("inspect --type image {img}"),
    Case("inspect -f '{{.Id}} {{.RepoTags}}' {img} debian:12"),
    Case("image inspect {img}"),
    Case("image inspect -f '{{json .Config}}' {img}"),
    Case("image inspect -f '{{.Size}}' {img} not-there"),
    Case("image inspect not-there:x"),
    Case("image inspect --platform linux/amd64 {img}"),
    Case("image inspect BAD"),
    Case("image inspect"),
    Case("inspect {net}", setup=("network create {net}",), mask=(IP + r"(?:/\d+)?",)),
    Case("network inspect {net}", setup=("network create --subnet 10.124.0.0/24 --gateway 10.124.0.1 {net}",)),
    Case("network inspect -v {net}", setup=("network create --subnet 10.124.1.0/24 {net}",)),
    Case("network inspect {net}", setup=("network create --subnet 10.124.2.0/24 {net}",
         "run -d --name {c} --network {net} {img} sleep 1000"), mask=(MAC,), name="with a container"),
    Case("network inspect -f '{{.Name}} {{.Driver}} {{range .IPAM.Config}}{{.Subnet}}{{end}}' {net}",
         setup=("network create --subnet 10.124.3.0/24 {net}",)),
    Case("network inspect not-there {net}", setup=("network create --subnet 10.124.4.0/24 {net}",)),
    Case("network inspect none", mask=()),
    Case("network inspect"),
    Case("inspect {vol}", setup=("volume create {vol}",)),
    Case("volume inspect {vol}", setup=("volume create --label a=b -o type=tmpfs -o device=tmpfs {vol}",)),
    Case("volume inspect -f '{{.Name}} {{.Mountpoint}} {{.Options}} {{.Labels}}' {vol}",
         setup=("volume create {vol}",)),
    Case("volume inspect not-there {vol}", setup=("volume create {vol}",)),
    Case("volume inspect"),
    Case("inspect"),
    Case("inspect --bogus"),
    Case("inspect -f"),
    *(usage(f"{noun} inspect".strip()) for noun in ("", "container", "image", "network", "volume")),
]  # fmt: skip
