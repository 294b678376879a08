"""Where the vault's key comes from: the credential, the server, and what is said without it."""
import http.server
import pathlib
import ssl
import threading

import site_config
from harness import Failure, check, e2e, equal
from software_tpm import SoftwareTpm

EX_CONFIG = 78
KEY = "5a" * 32
OTHER = "a5" * 32
TOKEN = "s3cret-of-this-kiosk"


def config_for(case, storage, **more):
    token = case.folder / "token"
    token.write_text(TOKEN + "\n")
    token.chmod(0o600)
    file = case.folder / f"{storage}.toml"
    file.write_text(site_config.sample(case.build, changes={
        "test": "true", "server.url": '"http://127.0.0.1:9/fhir"', "server.sign_in": '"bearer"',
        "server.token_file": f'"{token}"', "files.ledger": f'"{case.folder}/ledger.db"',
        "control.socket": f'"{case.folder}/control"', "vault.key_storage": f'"{storage}"',
        "vault.key_file": f'"{case.folder}/key"', **more}))
    return str(file)


def has_tpm():
    return any(pathlib.Path(path).exists() for path in ("/dev/tpmrm0", "/sys/class/tpm/tpmrm0"))


def credentials(case, **given):
    """The environment of a unit with these credentials."""
    folder = case.folder / "credentials"
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    for name, text in given.items():
        (folder / name.replace("_", "-")).write_text(text + "\n")
    return {"CREDENTIALS_DIRECTORY": str(folder)}


class Running:
    """`kiosk run` without devices."""

    def __init__(self, case, config, environment=None):
        self.case, self.config = case, config
        self.log = case.folder / "run.log"
        self.mark = self.log.stat().st_size if self.log.exists() else 0
        self.process = case.start(
            [case.build.program("kiosk"), "run", "--headless", "--config", config], self.log,
            environment)

    def said(self):
        return self.log.read_text()[self.mark:]

    def serves(self):
        def status():
            if self.process.poll() is not None:
                raise Failure(f"the kiosk ended: {self.said()}")
            return self.case.run(self.case.build.program("kiosk"), "status", "--config",
                                 self.config).returncode == 0
        self.case.until("the kiosk serves its socket", status)
        return self

    def end(self):
        self.process.terminate()
        equal(self.process.wait(self.case.limit(10)), 0, "exit status after SIGTERM")

    def refuses(self, *words):
        equal(self.process.wait(self.case.limit(10)), EX_CONFIG, "exit status")
        for one in words:
            check(one in self.said(), f"no {one} in {self.said()}")


@e2e("vault: a credential opens the ledger; missing, wrong or lost it is a refusal with the cause",
     short=True, seconds=6)
def by_credential(case):
    config = config_for(case, "credential")
    program = case.build.program("kiosk")
    Running(case, config).refuses("code=key_missing", "LoadCredentialEncrypted=kiosk-vault-key")
    empty = credentials(case)
    Running(case, config, empty).refuses("kiosk-vault-key: No such file")
    judged = case.run(program, "check-config", config, environment=empty)
    equal(judged.returncode, EX_CONFIG, judged.stdout)
    check(not (case.folder / "ledger.db").exists(), "a ledger without its key")
    first = Running(case, config, credentials(case, kiosk_vault_key=KEY)).serves()
    told = case.run(program, "status", "--config", config).stdout
    for where, text in (("log", first.said()), ("status", told)):
        warned = "not protected against theft" in text
        equal(warned, not has_tpm(), f"a warning of the {where}: {text}")
    first.end()
    Running(case, config, credentials(case, kiosk_vault_key=OTHER)).refuses(
        "code=wrong_key", "the credential that this ledger was made with")
    check(not (case.folder / "key").exists(), "a key file was made")
    both = credentials(case, kiosk_vault_key=KEY, kiosk_vault_key_new=OTHER)
    changed = case.run(program, "rotate-key", "--config", config, environment=both)
    equal(changed.returncode, 0, changed.stderr)
    check("give that one to the unit" in changed.stdout, changed.stdout)
    Running(case, config, both).serves().end()
    Running(case, config, credentials(case, kiosk_vault_key=KEY)).refuses("code=wrong_key")
    new = credentials(case, kiosk_vault_key=OTHER)
    Running(case, config, new).serves().end()
    judged = case.run(program, "check-config", config, environment=new)
    equal(judged.returncode, 0, judged.stdout)


@e2e("vault: a key that a TPM sealed opens the ledger, and no other TPM unseals it", seconds=4)
def by_tpm(case):
    ours, stolen_from = SoftwareTpm(case, "ours"), SoftwareTpm(case, "another")
    key, sealed = case.folder / "plain", case.folder / "vault.cred"
    key.write_text(KEY)
    made = ours.credentials("encrypt", "--with-key=tpm2", "--name=kiosk-vault-key", str(key),
                            str(sealed))
    equal(made.returncode, 0, made.stderr)
    key.unlink()
    opening = ("decrypt", "--name=kiosk-vault-key", str(sealed), "-")
    check(stolen_from.credentials(*opening).returncode != 0, "another TPM unseals it")
    opened = ours.credentials(*opening)
    equal(opened.stdout, KEY, f"what the TPM unseals ({opened.stderr})")
    config = config_for(case, "credential")
    Running(case, config, credentials(case, kiosk_vault_key=opened.stdout)).serves().end()
    Running(case, config, credentials(case)).refuses("kiosk-vault-key: No such file")


class KeyServer:
    """Answers /keys/K1 over TLS to who has the token, as soon as it is given an answer."""

    def __init__(self, folder):
        self.answer, self.asked, self.refused = None, 0, 0
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                outer.asked += 1
                right = self.headers["Authorization"] == f"Bearer {TOKEN}"
                outer.refused += not right
                body = (outer.answer or "").encode() if right and self.path == "/keys/K1" else b""
                self.send_response(200 if body else 401 if not right else 503)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"https://localhost:{self.server.server_port}/keys/K1"

    def end(self):
        self.server.shutdown()
        self.server.server_close()


def certificate(case):
    folder = case.folder / "tls"
    folder.mkdir()
    done = case.run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=DNS:localhost", "-days", "2",
                    "-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem"))
    equal(done.returncode, 0, done.stderr)
    return folder


@e2e("vault: the key comes from the server over TLS; until then the kiosk waits and says so",
     short=True, seconds=6)
def by_server(case):
    folder = certificate(case)
    keys = KeyServer(folder)
    try:
        config = config_for(case, "server", **{
            "vault.key_url": f'"{keys.url}"', "server.ca_file": f'"{folder}/cert.pem"'})
        waiting = Running(case, config)
        case.until("it says that there is no key", lambda: "no_key_yet" in waiting.said())
        check("HTTP 503" in waiting.said(), waiting.said())
        check(not (case.folder / "ledger.db").exists(), "a ledger without its key")
        waiting.end()
        keys.answer = KEY + "\n"
        Running(case, config).serves().end()
        keys.answer = KEY + "\n" + OTHER + "\n"
        changed = case.run(case.build.program("kiosk"), "rotate-key", "--config", config)
        equal(changed.returncode, 0, changed.stderr)
        Running(case, config).serves().end()
        keys.answer = KEY + "\n"
        Running(case, config).refuses("code=wrong_key")
        keys.answer = OTHER + "\n"
        Running(case, config).serves().end()
        equal(keys.refused, 0, "requests without the token")
        for file in [case.folder / "run.log", *case.folder.glob("ledger.db*")]:
            content = file.read_bytes()
            for key in (KEY, OTHER):
                check(key.encode() not in content and bytes.fromhex(key) not in content,
                      f"a key is in {file.name}")
        stranger = config_for(case, "server", **{"vault.key_url": f'"{keys.url}"'})
        unknown = Running(case, stranger)
        case.until("it trusts no other certificate",
                   lambda: "not connected: SSL" in unknown.said())
        unknown.end()
    finally:
        keys.end()
