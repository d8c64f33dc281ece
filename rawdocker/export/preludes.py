"""What scripts of Python begin with: how each library reaches the engine, and functions that statements call.

In the functions ANSWER is an answer as bytes in pieces, MESSAGES as JSON objects, as the library at hand has them.
"""

from __future__ import annotations

SHARED = {
    "show": '''\
def show(values) -> None:
    """Print an answer as JSON."""
    print(json.dumps(values, indent=4, ensure_ascii=False), flush=True)
''',
    "lines": '''\
def lines(answer) -> None:
    """Print each message of a stream as a line of JSON."""
    for message in MESSAGES:
        print(json.dumps(message, ensure_ascii=False), flush=True)
''',
    "progress": '''\
def progress(answer, page) -> None:
    """Print the messages of a stream as docker does without a terminal."""
    for message in MESSAGES:
        if "aux" in message or message.get("progressDetail") or page is None:
            continue
        named = f"{message['id']}: " if message.get("id") else ""
        page.write(named + (message.get("stream") or f"{message.get('status', '')}\\n"))
        page.flush()
''',
    "copy": '''\
def copy(answer, file) -> None:
    """Write the bytes of an answer to a file as they come."""
    for chunk in ANSWER:
        file.write(chunk)
    file.flush()
''',
    "save": '''\
def save(answer, path) -> None:
    """Make a file of the bytes of an answer."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        copy(answer, file)
''',
    "unpack": '''\
def unpack(answer, path, contents=False) -> None:
    """Unpack an archive as docker cp does: into a folder that is there, else under the name that was wanted."""
    with tempfile.TemporaryFile() as file:
        copy(answer, file)
        file.seek(0)
        with tarfile.open(fileobj=file) as archive:
            if contents:
                os.makedirs(path, exist_ok=True)
            inside = os.path.isdir(path)
            folder, name = (path, None) if inside else (os.path.dirname(path) or ".", os.path.basename(path))
            for member in archive:
                if name is not None:
                    member.name = "/".join([name, *member.name.split("/")[1:]])
                archive.extract(member, folder, filter="tar")
''',
    "send_stdin": '''\
def send_stdin(write, close, terminal=False) -> None:
    """Send stdin in the background; a terminal passes each key on as it is."""
    if terminal and os.isatty(0):
        before = termios.tcgetattr(0)
        tty.setraw(0)
        atexit.register(termios.tcsetattr, 0, termios.TCSADRAIN, before)

    def send() -> None:
        with contextlib.suppress(OSError):  # the container reads no more
            while data := os.read(0, 65536):
                write(data)
            close()

    threading.Thread(target=send, daemon=True).start()
''',
}

REGISTRY_SHARED = {
    "show": SHARED["show"],
    "write": '''\
def write(data) -> None:
    """Write bytes to stdout."""
    sys.stdout.buffer.write(data)
    sys.stdout.flush()
''',
    "save": '''\
def save(data, path) -> None:
    """Make a file of bytes."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(data)
''',
    "lines": '''\
def lines(items) -> None:
    """Print the items of a list: texts as they are, others as a line of JSON."""
    for item in items:
        print(item if isinstance(item, str) else json.dumps(item, ensure_ascii=False), flush=True)
''',
}

REGISTRY_LIBRARY_FUNCTIONS = {
    "hold": '''\
def hold(manifest, digest) -> None:
    """End where a tag names something else than when this script was made, which the rest follows from."""
    if manifest.digest != digest:
        sys.exit(f"what was {digest} is {manifest.digest} now: make this script anew")
''',
}

REGISTRY_HTTP_FUNCTIONS = {
    "Refused": '''\
class Refused(Exception):
    """The registry refuses."""
''',
    "ask": '''\
def ask(url, digest="", **more):
    """Send a request and return the answer, whose bytes are those of the digest. Where the registry wants to know who
    asks, it is told: by a token for anybody, then by credentials."""
    headers = more.pop("headers", {})
    answer = SENDER.get(url, headers=headers, **more)
    for known in None, CREDENTIALS.get("/".join(url.split("/")[:3])):
        if answer.status_code == 401 and (who := authorization(url, answer.headers.get("WWW-Authenticate", ""), known)):
            answer = SENDER.get(url, headers={**headers, "Authorization": who}, **more)
    if answer.status_code >= 400:
        raise Refused(f"{url}: {answer.text}")
    if digest and digest_of(answer, digest.split(":")[0]) != digest:
        raise Refused(f"{url}: the bytes are not those of {digest}")
    return answer
''',
    "authorization": '''\
def authorization(url, challenge, known):
    """Return what a registry is told of who asks: a user and a password, or the token that its token server gives."""
    wanted = dict(re.findall(r'(\\w+)="([^"]*)"', challenge))
    if challenge.lower().startswith("basic"):
        return "Basic " + base64.b64encode(":".join(known).encode()).decode() if known else ""
    realm = wanted.get("realm", "")
    if not realm:
        return ""
    if url.startswith("https:") and not realm.startswith("https:"):
        raise Refused(f"{url}: the token server must be an https address, not {realm}")
    query = urlencode({name: wanted[name] for name in ("service", "scope") if name in wanted})
    answer = SENDER.get(f"{realm}{'&' if '?' in realm else '?'}{query}", auth=known)
    granted = answer.json() if answer.status_code == 200 else {}
    token = granted.get("token") or granted.get("access_token")
    return f"Bearer {token}" if token else ""
''',
    "digest_of": '''\
def digest_of(answer, algorithm="sha256"):
    """Return the digest of the bytes of an answer."""
    return f"{algorithm}:{hashlib.new(algorithm, answer.content).hexdigest()}"
''',
    "items": '''\
def items(answer, name):
    """Yield the items of the list that has a name in the answer, and of the pages behind it."""
    yield from answer.json()[name] or ()
    while "next" in answer.links:
        query = answer.links["next"]["url"].partition("?")[2]
        answer = ask(f"{str(answer.url).partition('?')[0]}?{query}")
        yield from answer.json()[name] or ()
''',
}

LIBRARY_FUNCTIONS = {
    "output": '''\
def output(frames) -> None:
    """Write what a container writes to stdout and stderr."""
    for stream, data in frames:
        page = sys.stdout if stream == "stdout" else sys.stderr
        page.buffer.write(data)
        page.flush()
''',
}

HTTP_FUNCTIONS = {
    "Missing": '''\
class Refused(Exception):
    """The engine refuses."""


class Missing(Refused):
    """The engine does not have it."""
''',
    "accepted": '''\
def accepted(answer):
    """Return an answer that is no refusal."""
    if answer.status_code >= 400:
        kind = Missing if answer.status_code == 404 else Refused
        raise kind(document(answer)["message"] if answer.request.method != "HEAD" else "")
    return answer
''',
    "messages": '''\
def messages(answer):
    """Yield the messages of a stream: a JSON object a line, of which one may be an error."""
    rest = b""
    for chunk in chunks(answer):
        *complete, rest = (rest + chunk).split(b"\\n")
        for line in filter(bytes.strip, complete):
            message = json.loads(line)
            if "error" in message:
                raise Refused(message["error"])
            yield message
    if rest.strip():
        yield json.loads(rest)
''',
    "output": '''\
def output(answer, terminal=False) -> None:
    """Write what a container writes to stdout and stderr. Unless it has a terminal, 8 bytes stand before each piece:
    the stream (1 is stdout, 2 is stderr), three zeros, and the length as a number of four bytes, the highest first."""
    rest = b""
    for chunk in chunks(answer):
        if terminal:
            sys.stdout.buffer.write(chunk)
        rest += b"" if terminal else chunk
        while len(rest) >= 8 and len(rest) >= (end := 8 + int.from_bytes(rest[4:8], "big")):
            (sys.stdout if rest[0] == 1 else sys.stderr).buffer.write(rest[8:end])
            rest = rest[end:]
        sys.stdout.flush()
        sys.stderr.flush()
''',
    "tar": '''\
def tar(folder, entry, renames):
    """Return an archive of an entry of a folder, in which names have the first part of each pair replaced."""

    def renamed(member):
        for old, new in renames:
            member.name = member.name.replace("" if old == "/" else old, new, 1)
        return member

    file = tempfile.TemporaryFile()
    with tarfile.open(fileobj=file, mode="w") as archive:
        archive.add(os.path.join(folder, entry), entry, filter=renamed)
    file.seek(0)
    return file
''',
}

HTTPX_FUNCTIONS = {
    "document": '''\
def document(answer):
    """Return the JSON of an answer."""
    return json.loads(answer.read())
''',
    "ask": '''\
def ask(method, path, **more):
    """Send a request and return the answer."""
    return accepted(client.request(method, path, **more))
''',
    "opened": '''\
def opened(method, path, **more):
    """Send a request and return when the head of the answer is there."""
    return accepted(client.send(client.build_request(method, path, **more), stream=True))
''',
    "hijacked": '''\
def hijacked(method, path, **more):
    """Send a request whose connection becomes a stream in both directions."""
    return opened(method, path, headers={"Connection": "Upgrade", "Upgrade": "tcp"}, **more)
''',
    "chunks": '''\
def chunks(answer):
    """Yield the bytes of an answer as they come."""
    if answer.status_code == 101:
        connection = answer.extensions["network_stream"]
        return iter(lambda: connection.read(65536), b"")
    return answer.iter_raw()
''',
    "stdin_of": '''\
def stdin_of(answer):
    """Return what writes to a hijacked connection, and what ends that."""
    connection = answer.extensions["network_stream"].get_extra_info("socket")
    return connection.sendall, lambda: connection.shutdown(socket.SHUT_WR)
''',
}

REQUESTS_FUNCTIONS = {
    "document": '''\
def document(answer):
    """Return the JSON of an answer."""
    return answer.json()
''',
    "ask": '''\
def ask(method, path, **more):
    """Send a request and return the answer."""
    return accepted(session.request(method, ENGINE + path, **more))
''',
    "opened": '''\
def opened(method, path, **more):
    """Send a request and return when the head of the answer is there."""
    return ask(method, path, stream=True, **more)
''',
    "hijacked": '''\
def hijacked(method, path, **more):
    """Send a request whose connection becomes a stream in both directions: without an upgrade, which requests does not
    know, the engine makes one of it all the same."""
    return opened(method, path, **more)
''',
    "chunks": '''\
def chunks(answer):
    """Yield the bytes of an answer as they come."""
    return iter(lambda: answer.raw.read1(65536), b"")
''',
    "stdin_of": '''\
def stdin_of(answer):
    """Return what writes to a hijacked connection, and what ends that."""
    connection = socket.socket(fileno=os.dup(answer.raw.fileno()))
    return connection.sendall, lambda: connection.shutdown(socket.SHUT_WR)
''',
}
