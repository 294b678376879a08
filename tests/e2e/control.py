"""The control socket's client: one JSON object a line, one line as the answer."""
import json
import socket


class Refused(Exception):
    """The kiosk answered with "ok": false."""

    def __init__(self, request, reply):
        super().__init__(f"{request} -> {reply}")
        self.reply = reply


def ask(path, request, limit_s):
    """Sends one request over a connection of its own. Errors: OSError, Refused."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.settimeout(limit_s)
        client.connect(str(path))
        client.sendall(json.dumps(request).encode() + b"\n")
        received = b""
        while not received.endswith(b"\n"):
            more = client.recv(65536)
            if not more:
                raise ConnectionError(f"no answer to {request}")
            received += more
    reply = json.loads(received)
    if reply.get("ok") is not True:
        raise Refused(request, reply)
    return reply


def send(path, request):
    """Sends one request and gives back the open connection."""
    client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    client.connect(str(path))
    client.sendall(json.dumps(request).encode() + b"\n")
    return client
