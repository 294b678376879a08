"""How a kiosk shows the server who it is: each way from the configuration to a check-in."""
import control
from harness import check, e2e, equal
from hospital_process import Hospital
from kiosk_process import Kiosk


def checks_in(hospital, kiosk, story="one_booked"):
    who = hospital.people[story]
    kiosk.scan(who["booking"])
    number, _ = kiosk.confirm()
    kiosk.synced()
    hospital.knows_arrival(who["appointments"][0], number)


def smart(case, algorithm, **options):
    """A hospital with a token endpoint behind TLS, and the configuration of its kiosk."""
    folder = case.folder / "tls"
    folder.mkdir()
    key = case.folder / "smart-key.pem"
    key.touch(mode=0o600)
    hospital = Hospital(case, tls=folder, smart=algorithm, smart_key_file=key, **options)
    return hospital, {
        "server.sign_in": '"smart"', "server.ca_file": f'"{hospital.ca_file}"',
        "server.smart.client_id": '"kiosk-1"', "server.smart.key_id": '"key-1"',
        "server.smart.key_file": f'"{key}"'}


@e2e("sign-in: SMART Backend Services with ES384", short=True, seconds=6)
def smart_es384(case):
    hospital, changes = smart(case, "ES384")
    kiosk = Kiosk(case, hospital, changes=changes).ready()
    checks_in(hospital, kiosk)
    desk = hospital.ask("desk")
    equal((desk["given"], desk["refusals"]), (1, []), "tokens given and refusals")
    for secret in ("token-1", "eyJ"):
        check(secret not in kiosk.log(), f"{secret} is in the log")


@e2e("sign-in: SMART with RS384; tokens end by themselves and all at once", seconds=12)
def smart_rs384(case):
    hospital, changes = smart(case, "RS384", token_seconds=4)
    kiosk = Kiosk(case, hospital, changes=changes).ready()
    case.until("a token is renewed", lambda: hospital.ask("desk")["given"] >= 3)
    hospital.ask("desk", do="end_tokens")
    checks_in(hospital, kiosk)
    desk = hospital.ask("desk")
    equal(desk["refusals"], [], "refusals of the token endpoint")
    equal(kiosk.status()["outbox"]["refused"], 0, "refused arrivals")


@e2e("sign-in: the authorization server withdraws the client, confirmed stays confirmed", seconds=8)
def smart_withdrawn(case):
    hospital, changes = smart(case, "ES384")
    kiosk = Kiosk(case, hospital, changes=changes).ready()
    hospital.ask("desk", do="withdraw")
    hospital.ask("desk", do="end_tokens")
    kiosk.until_status(server="offline")
    kiosk.scan(hospital.people["one_booked"]["booking"])
    kiosk.confirm()
    equal(kiosk.status()["outbox"]["pending"], 1, "arrivals that wait")
    equal(set(hospital.ask("desk")["refusals"]), {"client withdrawn"}, "refusals")


@e2e("sign-in: a signed order withdraws a kiosk; what was confirmed is still delivered", seconds=8)
def withdrawn_by_order(case):
    hospital = Hospital(case)
    pair = hospital.ask("key_pair")
    public, private = case.folder / "order.pub", case.folder / "order.pem"
    public.write_text(pair["public"])
    private.write_text(pair["private"])
    kiosk = Kiosk(case, hospital, changes={"server.orders.key_file": f'"{public}"'}).ready()
    hospital.network("down")
    kiosk.until_status(server="offline")
    who = hospital.people["one_booked"]
    kiosk.scan(who["booking"])
    number, _ = kiosk.confirm()
    kiosk.home()

    def order(code):
        made = case.run(case.build.program("kiosk"), "make-order", code, "--key", str(private))
        file = case.folder / f"{code}.jws"
        file.write_text(made.stdout)
        return case.run(case.build.program("kiosk"), "withdraw", str(file),
                        "--socket", str(kiosk.socket))
    equal(order("K2").returncode, 1, "exit status of an order for another kiosk")
    equal(kiosk.screen(), "welcome", "the screen after it")
    rows = control.ask(kiosk.socket, {"op": "audit", "after": 0}, case.limit(10))["rows"]
    equal(rows[-1]["act"], "order_refused", "what the trail tells of it")
    check("for another kiosk" in rows[-1]["detail"], rows[-1])
    check(kiosk.status()["rows"]["people"] > 0, "people before it")
    equal(order("K1").returncode, 0, "exit status")
    kiosk.until("it is out of service", lambda: kiosk.screen() == "closed")
    equal(kiosk.status()["rows"]["people"], 0, "people left")
    equal(kiosk.status()["revoked"], True, "revoked")
    case.until("the key is gone", lambda: not (kiosk.state / "key").exists())
    kiosk.kill()
    kiosk.start()
    equal(kiosk.screen(), "closed", "the screen after a start")
    equal(kiosk.status()["outbox"]["pending"], 1, "arrivals that wait")
    kiosk.kill()
    exported = case.folder / "left.csv"
    done = case.run(case.build.program("kiosk"), "list", "unacknowledged", "--export",
                    str(exported), "--ledger", str(kiosk.state / "ledger.db"))
    equal(done.returncode, 0, done.stderr)
    check(f"\r\n{number}," in exported.read_bytes().decode(), "it is not exported")
    kiosk.start()
    hospital.network("none")
    case.until("it is delivered", lambda: kiosk.status()["outbox"]["pending"] == 0)
    hospital.knows_arrival(who["appointments"][0], number)
    equal(kiosk.status()["rows"]["people"], 0, "people taken in again")


@e2e("sign-in: the kiosk's own certificate, and nothing without it", seconds=8)
def certificate(case):
    folder = case.folder / "tls"
    folder.mkdir()
    hospital = Hospital(case, tls=folder, clients="known")
    key = folder / "key.pem"
    key.chmod(0o600)
    trust = {"server.ca_file": f'"{hospital.ca_file}"'}
    kiosk = Kiosk(case, hospital, changes={
        **trust, "server.sign_in": '"certificate"',
        "server.certificate_file": f'"{hospital.ca_file}"',
        "server.certificate_key_file": f'"{key}"'}).ready()
    checks_in(hospital, kiosk)
    stranger = Kiosk(case, hospital, "K2", changes={**trust, "server.sign_in": '"none"'})
    stranger.until_status(server="offline")
    equal(stranger.status()["rows"]["appointments"], 0, "rows for who shows no certificate")


@e2e("sign-in: a proxy that answers 401, and a power cut meanwhile, cost no check-in", seconds=6)
def proxy_401(case):
    hospital = Hospital(case)
    kiosk = Kiosk(case, hospital).ready()
    hospital.network("answer", status=401, times=-1)
    kiosk.until_status(server="offline")
    who = hospital.people["one_booked"]
    kiosk.scan(who["booking"])
    number, _ = kiosk.confirm()
    equal(kiosk.status()["outbox"]["pending"], 1, "arrivals that wait")
    kiosk.kill()
    hospital.network("none")
    kiosk.start()
    kiosk.synced(60)
    hospital.knows_arrival(who["appointments"][0], number)
