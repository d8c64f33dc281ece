"""ps and stats."""

from __future__ import annotations

from parity.case import PERCENT, PORT, SIZE, Case, usage

CREATED = "create --name {c} -l {label} -l a=b {img} echo 'a long command line that is cut' --somewhere"
ENDED = "!run --name {c2} -l {label} {img} sh -c 'exit 3'"
BOX = "run -d --name {c3} -l {label} -p 127.0.0.1::80 -v {vol}:/data --stop-signal KILL {img} sleep 1000"
THREE = (CREATED, ENDED, BOX)
OURS = "-f label={label}"
FIELDS = """
ID
Image
Command
RunningFor
Status
State
Size
Names
Ports
Mounts
Networks
LocalVolumes
Platform
CreatedAt
Labels
Label "a"
""".strip().splitlines()

CASES = [
    Case("ps -aq -f name={c}", setup=(CREATED,)),
    Case("ps -a -f name={c}", setup=(CREATED,)),
    Case(f"ps {OURS}", setup=THREE, mask=(PORT,)),
    Case(f"ps -a {OURS}", setup=THREE, mask=(PORT,)),
    Case(f"ps -aq {OURS}", setup=THREE),
    Case(f"ps -aq --no-trunc {OURS}", setup=THREE),
    Case(f"ps -a --no-trunc {OURS}", setup=THREE, mask=(PORT,)),
    Case(f"ps -as {OURS}", setup=THREE, mask=(PORT,)),
    Case(f"ps -a --size --format '{{{{.Names}}}} {{{{.Size}}}}' {OURS}", setup=THREE),
    Case(f"ps -l {OURS}", setup=THREE, mask=(PORT,)),
    Case(f"ps -n 2 {OURS}", setup=THREE, mask=(PORT,)),
    Case(f"ps --last=1 -q {OURS}", setup=THREE),
    Case(f"ps -n x {OURS}"),
    *(Case(f"ps -a {OURS} --format '{{{{.{field}}}}}'", setup=THREE, mask=(PORT,)) for field in FIELDS),
    Case(f"ps -a {OURS} --format 'table {{{{.Names}}}}\\t{{{{.Image}}}}\\t{{{{.Status}}}}'", setup=THREE),
    Case(f"ps -a {OURS} --format 'table {{{{.Names}}}}\\t{{{{.Label \"a\"}}}}'", setup=THREE),
    Case(f"ps -a {OURS} --format table", setup=THREE, mask=(PORT,)),
    Case(f"ps -a {OURS} --format raw", setup=THREE, mask=(PORT,)),
    Case(f"ps -aq {OURS} --format raw", setup=THREE),
    Case(f"ps -a {OURS} --format json", setup=THREE, mask=(PORT,)),
    Case(f"ps -a {OURS} --format '{{{{json .}}}}'", setup=THREE, mask=(PORT,)),
    Case(f"ps -a {OURS} --format '{{{{.Names | upper}}}} {{{{len .ID}}}} {{{{printf \"%q\" .Image}}}}'", setup=THREE),
    Case(f"ps -a {OURS} --format '{{{{if eq .State \"exited\"}}}}{{{{.Names}}}}{{{{end}}}}'", setup=THREE),
    Case(f"ps -a {OURS} --format '{{{{.Bogus}}}}'", setup=THREE),
    Case(f"ps -a {OURS} --format '{{{{.Names'", setup=THREE),
    Case(f"ps -a {OURS} --format '{{{{bogus .Names}}}}'", setup=THREE),
    Case(f"ps -a {OURS} --format ''", setup=THREE, mask=(PORT,)),
    Case(f"ps -a {OURS} --format plain", setup=THREE),
    Case(f"ps -a {OURS} -f status=exited", setup=THREE),
    Case(f"ps -a {OURS} -f status=created -f status=exited -q", setup=THREE),
    Case(f"ps -a {OURS} -f exited=3 -q", setup=THREE),
    Case(f"ps -a {OURS} -f ancestor={{img}} -q", setup=THREE),
    Case(f"ps -a {OURS} -f before={{c2}} -q", setup=THREE),
    Case(f"ps -a {OURS} -f since={{c}} -q", setup=THREE),
    Case(f"ps -a {OURS} -f volume={{vol}} -q", setup=THREE),
    Case(f"ps -a {OURS} -f network=bridge -q", setup=THREE),
    Case(f"ps -a {OURS} -f publish=80/tcp -q", setup=THREE),
    Case(f"ps -a {OURS} -f expose=80 -q", setup=THREE),
    Case(f"ps -a {OURS} -f id=0000 -q", setup=THREE),
    Case(f"ps -a {OURS} --filter name={{c}}$ -q", setup=THREE),
    Case(f"ps -a {OURS} -f label=a=b -q", setup=THREE),
    Case(f"ps -a {OURS} -f is-task=true -q", setup=THREE),
    Case(f"ps -a {OURS} -f health=none -q", setup=THREE),
    Case("ps -f bogus=1"),
    Case("ps -f bogus"),
    Case("ps -f status=bogus"),
    Case("ps -f exited=x"),
    Case("ps -f before=not-there"),
    Case("ps -f ''", stdout=False),
    Case("ps -a -f label=nothing-has-this"),
    Case("ps x"),
    Case("ps --bogus"),
    Case("ps -ax"),
    Case(f"container ls -aq {OURS}", setup=THREE),
    Case(f"container ps -aq {OURS}", setup=THREE),
    Case(f"container list -aq {OURS}", setup=THREE),
    Case(f"ps -a {OURS}", setup=(CREATED,), name="one"),
    Case("ps -a -f name={c}", setup=("tag {img} {new}:1", "create --name {c} {new}:1 true"), name="a tag of ours"),
    Case("ps -a -f name={c}", setup=("tag {img} {new}:1", "create --name {c} {new}:1 true", "rmi {new}:1"),
         name="its tag is gone"),
    Case("ps -f name={c}", name="ranges of ports",
         setup=("run -d --name {c} -p 21800-21803:80-83 -p 127.0.0.1:21804:84/udp --expose 99 {img} sleep 9",)),
    Case("ps -f name={c}", setup=("run -d --name {c} --health-cmd true --health-interval 1h {img} sleep 9",),
         name="a health check"),
    Case("ps -f name={c}", setup=("run -d --name {c} {img} sleep 9", "pause {c}"), name="paused"),
    usage("ps"),
    usage("container ls"),
    Case("stats --no-stream {c3}", setup=(BOX,), mask=(SIZE, PERCENT, r"\b\d+\b")),
    Case("stats --no-stream --no-trunc {c3}", setup=(BOX,), mask=(SIZE, PERCENT, r"\b\d+\b")),
    Case("stats --no-stream --format '{{.Name}} {{.ID}} {{.Container}}' {c3}", setup=(BOX,)),
    Case("stats --no-stream --format 'table {{.Name}}\\t{{.PIDs}}' {c3}", setup=(BOX,)),
    Case("stats --no-stream --format json {c3}", setup=(BOX,), mask=(SIZE, PERCENT)),
    Case("stats --no-stream --format '{{.Bogus}}' {c3}", setup=(BOX,)),
    Case("stats --no-stream {c}", setup=(CREATED,), name="it never ran"),
    Case("stats --no-stream not-there"),
    Case("stats --no-stream {c3} not-there", setup=(BOX,), stdout=False, calls=None),
    Case("stats --bogus"),
    usage("stats"),
]  # fmt: skip
