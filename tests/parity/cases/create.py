"""create: where each flag goes in the request, and how its value is refused. run takes the same flags."""

from __future__ import annotations

from parity.case import ANY_ORDER, Case, usage

GOOD = """
-m512m
-m 1g --memory-swap 2g
--memory-reservation 64m
--memory-swap -1 -m 64m
--memory-swappiness 10
--memory-swappiness 0
--kernel-memory 64m
--cpus 1.5
--cpus=.5
-c 512
--cpu-period 50000 --cpu-quota 25000
--cpuset-cpus 0 --cpuset-mems 0
--cpu-rt-period 0
--blkio-weight 300
--device-read-bps /dev/null:1mb
--device-write-bps /dev/null:1024
--device-read-iops /dev/null:100
--device-write-iops /dev/null:100
--pids-limit 50
--pids-limit 0
--pids-limit -1
--oom-kill-disable -m 64m
--oom-score-adj 200
--shm-size 32m
--ulimit nofile=100:200
--ulimit nproc=50 --ulimit core=0
-e A=1 -e B= -e 'C=a b'
-e FROM_OUTSIDE -e NOT_THERE
-e A=1 -e A=2 -e FROM_OUTSIDE=x -e FROM_OUTSIDE
-l a=b -l c --label d=
-w /srv
-u 1000:1000
-u nobody
-h host.example
--hostname box --domainname example.org
--entrypoint sh
--entrypoint ''
--stop-signal INT --stop-timeout 3
--init
--init=false
--privileged
--read-only
--rm
--rm=false
--restart always
--restart on-failure:3
--restart unless-stopped
--restart no
-i
-t
-it
-itd=false
-a stdout
-a stdin -a STDERR -i
--cap-add NET_ADMIN --cap-drop ALL
--cap-add sys_ptrace,CAP_CHOWN
--security-opt no-new-privileges
--security-opt seccomp=unconfined --security-opt label=disable
--security-opt systempaths=unconfined
--security-opt apparmor:unconfined
--device /dev/null
--device /dev/null:/dev/x:r
--device-cgroup-rule 'c 1:3 mr'
--group-add 5 --group-add audio
--tmpfs /t
--tmpfs /t:size=1m,mode=1777
-v /data
-v {vol}:/data
-v {vol}:/data:ro
-v {tmp}:/data:ro,z
--mount type=volume,src={vol},dst=/data
--mount type=volume,source={vol},target=/data,readonly,volume-nocopy
--mount type=volume,dst=/data,volume-driver=local,volume-label=a=b,volume-opt=type=tmpfs,volume-opt=device=x
--mount type=bind,src={tmp},dst=/data,ro,bind-propagation=rslave
--mount type=tmpfs,dst=/t,tmpfs-size=1m,tmpfs-mode=1770
--mount dst=/data
--volume-driver local -v {vol}:/data
-p 80
-p 8080:80
-p 127.0.0.1:8081:80/tcp -p 8082:53/udp
-p 127.0.0.1::80
-p 9000-9002:80-82
-p [::1]:8083:80
-p published=8084,target=80,protocol=udp
--expose 80 --expose 53/udp --expose 100-102
-P
--network none
--network host
--net=bridge
--network bridge:
--network {net}
--network {net} --network-alias web --network-alias www
--network {net} --ip 10.123.0.9
--network name={net},alias=web,ip=10.123.0.9
--network name={net},driver-opt=a=b
--link-local-ip 169.254.8.8 --network {net}
--mac-address 02:42:ac:11:00:77
--dns 192.0.2.53 --dns-search example.org --dns-option ndots:1
--dns-opt use-vc
--add-host a:192.0.2.1 --add-host b=192.0.2.2
--add-host c:host-gateway
--add-host v6=[2001:db8::1]
--ipc host
--ipc shareable
--pid host
--uts host
--userns host
--cgroupns host
--cgroupns private
--cgroup-parent /parity
--isolation default
--runtime runc
--sysctl net.ipv4.ip_forward=1
--storage-opt size=1G
--log-driver none
--log-driver json-file --log-opt max-size=1m --log-opt max-file=2
--health-cmd true --health-interval 1m --health-retries 2 --health-timeout 3s --health-start-period 1.5s
--no-healthcheck
--pull never
--pull missing
-q
--platform linux/amd64
--annotation a=b
--detach-keys ctrl-a
--gpus all
--gpus 2
--gpus '"device=0,1",capabilities=compute'
--disable-content-trust=false
--name= -l {label}
"""

BAD = """
--bogus
-Z
-m
-m foo
-m -5
-m 1m
--memory-swappiness 101
--memory-swap 1g
--cpus x
--cpus 0.0000000001
--cpus 1000
-c x
-c -1
--cpu-shares=
--blkio-weight 5
--blkio-weight 70000
--blkio-weight-device /dev/null
--blkio-weight-device null:100
--device-read-bps /dev/null
--device-read-bps /dev/null:x
--device-read-iops x:1
--pids-limit x
--oom-score-adj 2000
--shm-size x
--ulimit nofile
--ulimit bogus=1
--ulimit nofile=200:100
-e =x
-e ''
--env-file missing
--env-file bad.env
--label-file missing
-w relative
--stop-timeout x
--restart sometimes
--restart always:3
--restart on-failure:x
--restart on-failure:-1
--rm --restart always
-a nowhere
--cap-add NOT_A_CAP
--security-opt bogus
--security-opt seccomp=missing.json
--device ''
--device /dev/not-there
--device /dev/null:/x:q
--device-cgroup-rule bogus
--tmpfs relative
-v relative/path:/data
-v /data:relative
-v a:b:c:d
-v :
-v ''
--mount ''
--mount bogus
--mount type=bogus,dst=/data
--mount type=bind,dst=/data
--mount type=bind,src=/not/there,dst=/data
--mount type=volume,src={vol},dst=/data,bind-propagation=shared
--mount type=tmpfs,dst=/t,tmpfs-size=x
--mount type=volume,dst=/data,readonly=maybe
--mount src=x
-p x
-p 80:x
-p 70000:80
-p 80:80:80:80
-p 80/bogus
-p 80-81:80
-p 999.1.1.1:80:80
-p published=1,target=x
--expose x
--expose 80:81
--network not-there
--network host --network-alias x
--network container:not-there
--network container:
--network name={net},bogus=1
--ip x
--ip 10.1.1.1
--ip6 x
--mac-address x
--link-local-ip x
--dns x
--dns-search ''
--add-host x
--add-host a:b
--ipc bogus
--pid bogus
--uts bogus
--userns bogus
--cgroupns bogus
--runtime bogus
--sysctl bogus
--sysctl a=b
--storage-opt bogus
--log-driver bogus
--log-opt bogus
--log-driver none --log-opt a=b
--health-interval x
--health-interval -1s
--health-retries x
--health-retries -1
--health-interval 1ns --health-cmd true
--no-healthcheck --health-cmd true
--pull bogus
--pull sometimes
--platform bogus/bogus/bogus/bogus
--name bad/name
--name -x
--gpus x
--link not-there
--link a:b:c
--volumes-from not-there
--annotation bogus=x --annotation ''
--isolation bogus
--cgroup-parent bogus.slice:x
--detach-keys bogus
--stop-signal BOGUS
-u ''
-h -bad-
--cidfile there
"""

NET = "network create --subnet 10.123.0.0/24 {net}"


def _setup(flag: str) -> tuple[str, ...]:
    return (NET,) if "{net}" in flag else ()


CASES = [
    *(
        Case(f"create --name {{c}} {flag} {{img}} true", setup=_setup(flag), env={"FROM_OUTSIDE": "outside"})
        for flag in GOOD.strip().splitlines()
    ),
    *(
        Case(
            f"create {flag} -l {{label}} {{img}} true",
            setup=_setup(flag),
            files={"bad.env": "A=1\nB C=2\n", "there": "x"},
        )
        for flag in BAD.strip().splitlines()
    ),
    Case(
        "create --name {c} --env-file a.env -e LATER=1 --label-file a.labels -l z=1 {img}",
        files={"a.env": "# no\nA=1\nB=\nFROM_OUTSIDE\nNOT_THERE\n  C=x y \n", "a.labels": "# no\na=1\nb\n"},
        env={"FROM_OUTSIDE": "outside"},
    ),
    Case("create --name {c} --cidfile id {img}", after=("inspect -f '{{.Name}}' {c}",), name="writes the id"),
    Case("create --name {c} --volumes-from {c2}:ro {img}", setup=("create --name {c2} -v /data {img}",)),
    Case("create --name {c} --link {c2} --link {c2}:alias {img}", setup=("create --name {c2} {img}",)),
    Case("create --name {c} --network container:{c2} {img}", setup=("create --name {c2} {img}",)),
    Case("create --name {c} --pid container:{c2} --ipc container:{c2} {img}", setup=("create --name {c2} {img}",)),
    Case("create --name {c} --pid container: {img}"),
    Case(
        "create --name {c} --network {net} --network {net2} {img}",
        setup=(NET, "network create {net2}"),
        mask=("endpoints: .*",),
    ),
    Case("create --name {c} {img}", setup=("create --name {c} {img}",), name="a name in use"),
    Case("create --name {c} {img} sh -c 'exit 3' -x --y z", name="flags of the container's command"),
    Case("create --name {c} -- {img} -x"),
    Case("create"),
    Case("create --name {c}"),
    Case("create ''"),
    Case("create --name {c} BAD"),
    Case("create --name {c} BAD/x:y z"),
    Case("create --name {c} a:b:c"),
    Case("create --name {c} --pull never not-there:1"),
    Case("create -q --name {c} not-there:1", calls=ANY_ORDER),
    Case("create --name {c} 127.0.0.1:5000/not-there:1"),
    Case("create --name {c} --pull always {img}"),
    Case("create --pull=always -q --name {c} {img}"),
    Case("create --name {c} --platform linux/arm64 {img}"),
    Case("create --name {c} sha256:0000000000000000000000000000000000000000000000000000000000000000"),
    Case("create --name {c} {img} -it --rm", name="flags behind the image are arguments"),
    Case("container create --name {c} {img} true"),
    Case("container create --name {c} -f {img} true"),
    usage("create"),
    usage("container create"),
]
