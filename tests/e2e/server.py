"""A network and a server on their bad days: every arrival is told exactly once all the same."""
import datetime
import pathlib

import site_config
from harness import Skip, check, e2e, equal
from hospital_process import Hospital
from kiosk_process import Kiosk

# The write that tells of an arrival, as the request begins; searches are POSTs too.
WRITES = {"transaction": "POST /fhir HTTP", "one_by_one": "POST /fhir/Encounter HTTP",
          "appointment_only": "POST /fhir/Task HTTP"}


def told_once_in_spite_of(case, way, kind, **fault):
    """One check-in while the fault stands; in the end the hospital holds it once."""
    hospital = Hospital(case, way=way)
    kiosk = Kiosk(case, hospital, changes={"server.arrival.way": f'"{way}"'}).ready()
    who = hospital.people["one_booked"]
    hospital.network(kind, only=WRITES[way], **fault)
    kiosk.scan(who["booking"])
    number, _ = kiosk.confirm()
    kiosk.ticket_printed(1)
    kiosk.synced(60)
    if kind != "none":
        equal(hospital.faults_done(), fault["times"], "requests that met the fault")
    hospital.knows_arrival(who["appointments"][0], number, way)
    outbox = kiosk.status()["outbox"]
    equal((outbox["refused"], outbox["unacknowledged"]), (0, 0), "error lists")


@e2e("server: the answer is lost after the commit", short=True, seconds=6)
def lost_answer(case):
    told_once_in_spite_of(case, "transaction", "cut_response", times=1)


@e2e("server: the answer is cut in its middle, one resource after the other", seconds=6)
def cut_answer(case):
    told_once_in_spite_of(case, "one_by_one", "cut_response", bytes=60, times=1)


@e2e("server: the answer is lost where there is a Task only", seconds=6)
def lost_answer_to_task(case):
    told_once_in_spite_of(case, "appointment_only", "cut_response", times=1)


@e2e("server: the request is cut in its middle, twice", seconds=6)
def cut_request(case):
    told_once_in_spite_of(case, "transaction", "cut_request", bytes=500, times=2)


@e2e("server: 409, then it answers", seconds=6)
def conflict(case):
    told_once_in_spite_of(case, "transaction", "answer", status=409, times=1)


@e2e("server: 412, then it answers", seconds=6)
def stale(case):
    told_once_in_spite_of(case, "transaction", "answer", status=412, times=1)


@e2e("server: busy with Retry-After, then it answers", short=True, seconds=6)
def busy(case):
    told_once_in_spite_of(case, "transaction", "answer", status=503,
                          headers="Retry-After: 1\r\n", times=2)


@e2e("server: too many requests, then it answers", seconds=6)
def too_many(case):
    told_once_in_spite_of(case, "one_by_one", "answer", status=429, times=2)


@e2e("server: it drips", seconds=8)
def drips(case):
    told_once_in_spite_of(case, "transaction", "none", bytes_per_second=1500, times=-1)


@e2e("server: the network goes down between the commit and its answer", seconds=10)
def down_in_the_middle(case):
    hospital = Hospital(case)
    kiosk = Kiosk(case, hospital).ready()
    who = hospital.people["one_booked"]
    appointment = who["appointments"][0]
    hospital.network("none", only=WRITES["transaction"], bytes_per_second=1000)
    kiosk.scan(who["booking"])
    number, _ = kiosk.confirm()
    case.until("the server commits", lambda: hospital.encounters(appointment))
    hospital.network("down")
    kiosk.until_status(server="offline")
    equal(kiosk.status()["outbox"]["pending"], 1, "arrivals that wait")
    hospital.network("none")
    kiosk.synced(60)
    hospital.knows_arrival(appointment, number)


@e2e("server: conditions race at the server, one Encounter stays", seconds=6)
def lost_conditions(case):
    hospital = Hospital(case)
    hospital.ask("lose_conditions", count=3)
    kiosks = [Kiosk(case, hospital, code) for code in ("K1", "K2")]
    for kiosk in kiosks:
        kiosk.ready()
    hospital.network("down")
    who = hospital.people["one_booked"]
    for kiosk in kiosks:
        kiosk.until_status(server="offline")
        kiosk.scan(who["booking"])
        kiosk.confirm()
    hospital.network("none")
    for kiosk in kiosks:
        kiosk.synced(60)
    kiosk.until("one Encounter stays",
                lambda: len(hospital.encounters(who["appointments"][0])) == 1, 30)


@e2e("server: what it refuses stands on the staff's list with the reason", short=True, seconds=6)
def refused(case):
    hospital = Hospital(case)
    kiosk = Kiosk(case, hospital).ready()
    who = hospital.people["one_booked"]
    hospital.network("answer", only=WRITES["transaction"], status=422)
    kiosk.scan(who["booking"])
    number, _ = kiosk.confirm()
    kiosk.until_status(refused=1)
    equal(kiosk.status()["outbox"]["pending"], 0, "arrivals that wait")
    (item,) = kiosk.ask("list", list="refused")["items"]
    equal(item["number"], number, "number on the list")
    equal(item["appointment"], who["appointments"][0], "appointment on the list")
    check("422" in item["reason"], f"reason {item['reason']!r}")
    # Confirmed is confirmed: the patient keeps her number.
    kiosk.home()
    kiosk.scan_again(who["booking"], "already_checked_in")
    equal(kiosk.number(), number, "number")


@e2e("server: the desk undoes an arrival, the patient checks in again under a second visit key",
     seconds=8)
def undone(case):
    hospital = Hospital(case)
    kiosk = Kiosk(case, hospital).ready()
    who = hospital.people["one_booked"]
    appointment = who["appointments"][0]
    kiosk.scan(who["booking"])
    first, _ = kiosk.confirm()
    kiosk.synced()
    kiosk.home()
    hospital.ask("undo_arrival", appointment=appointment)
    kiosk.scan_again(who["booking"], "confirm")
    second, _ = kiosk.confirm()
    check(first != second, f"one number for two visits: {first}")
    kiosk.synced()
    hospital.knows_arrival(f"{appointment}/2", second)
    equal(hospital.encounters(appointment), [], "Encounters of the visit that was undone")


@e2e("server: its clock is a day ahead at a start; no number is given twice, nobody closes",
     seconds=15)
def clock_ahead(case):
    hospital = Hospital(case)
    today = [hospital.admit(index) for index in (1, 2, 3)]
    tomorrow = hospital.admit(9, minutes=24 * 60 + 15)
    kiosk = Kiosk(case, hospital).ready()
    numbers = [kiosk.checked_in(hospital, who) for who in today[:2]]
    kiosk.stop()
    last = hospital.encounters(today[1]["appointments"][0])[0]["period"]["start"]
    case.until("the machine's clock shows no time before the last commit",
               lambda: datetime.datetime.now(datetime.timezone.utc)
               > datetime.datetime.fromisoformat(last))
    hospital.ask("clock", off_ms=24 * 3600 * 1000)
    kiosk.start()
    kiosk.ready()
    kiosk.until_status(check_ins=0)
    kiosk.checked_in(hospital, tomorrow)
    hospital.ask("clock", off_ms=0)
    kiosk.until("the clock follows at once, for the machine's shows the same",
                lambda: "offset_ms=-86" in kiosk.log(), seconds=90)
    numbers.append(kiosk.checked_in(hospital, today[2]))
    equal(numbers, ["K1-001", "K1-002", "K1-003"], "today's numbers")
    kiosk.stop()
    kiosk.start()
    kiosk.ready()
    kiosk.wait("welcome")
    check("own_code" not in kiosk.log(), "its own tickets were taken for another machine's")


@e2e("server: unreachable from the start, the kiosk says so and recovers by itself", seconds=8)
def unreachable(case):
    hospital = Hospital(case)
    hospital.network("down")
    kiosk = Kiosk(case, hospital)
    kiosk.wait("closed")
    kiosk.until("IT sees why", lambda: "connect" in kiosk.status()["server_trouble"].lower())
    hospital.network("none")
    kiosk.wait("welcome", seconds=60)
    kiosk.ready()
    equal(kiosk.status()["server_trouble"], "", "trouble with a server that answers")


@e2e("server: its name is never resolved; the kiosk still ends when it is told to", seconds=3)
def hanging_name_server(case):
    called = case.folder / "called"
    library = next(case.build.folder.rglob("libhanging_dns.so"))
    token = case.folder / "token"
    token.write_text("s3cret-token\n")
    token.chmod(0o600)
    kiosk = Kiosk(case, "https://hospital.invalid/fhir",
                  changes={"server.sign_in": '"bearer"', "server.token_file": f'"{token}"'},
                  environment={"LD_PRELOAD": str(library), "HANGING_DNS_CALLED": str(called)})
    case.until("the name is asked for", called.exists)
    kiosk.stop()


@e2e("server: TLS with its own certificate and a bearer token", seconds=8)
def tls_and_bearer(case):
    folder = case.folder / "tls"
    folder.mkdir()
    token = case.folder / "token"
    token.write_text("s3cret-token\n")
    token.chmod(0o600)
    hospital = Hospital(case, tls=folder, bearer="s3cret-token")
    check(hospital.url.startswith("https://localhost:"), hospital.url)
    kiosk = Kiosk(case, hospital, changes={
        "server.sign_in": '"bearer"', "server.token_file": f'"{token}"',
        "server.ca_file": f'"{hospital.ca_file}"'}).ready()
    who = hospital.people["one_booked"]
    kiosk.lay(who)
    number, _ = kiosk.confirm()
    kiosk.synced()
    hospital.knows_arrival(who["appointments"][0], number)
    check("s3cret" not in kiosk.log(), "the token is in the log")
    # A server whose certificate nobody vouches for is none.
    stranger = Kiosk(case, hospital, "K2", changes={
        "server.sign_in": '"bearer"', "server.token_file": f'"{token}"'})
    stranger.until_status(server="offline")
    equal(stranger.status()["rows"]["appointments"], 0, "rows from a server that is not trusted")


@e2e("server: a wrong token is denied, nothing is invented", seconds=5)
def wrong_token(case):
    token = case.folder / "token"
    token.write_text("another\n")
    token.chmod(0o600)
    hospital = Hospital(case, bearer="s3cret-token")
    kiosk = Kiosk(case, hospital, changes={
        "server.sign_in": '"bearer"', "server.token_file": f'"{token}"'})
    kiosk.wait("closed", "welcome")
    kiosk.until("it is denied", lambda: "401" in kiosk.log() or "denied" in kiosk.log())
    equal(kiosk.status()["rows"]["appointments"], 0, "rows")


@e2e("server: only the CA that is pinned vouches for it, not the machine's", seconds=4)
def pinned_ca(case):
    for name in ("theirs", "machine"):
        (case.folder / name).mkdir()
    hospital = Hospital(case, tls=case.folder / "theirs", bearer="s3cret-token")
    token = case.folder / "token"
    token.write_text("s3cret-token\n")
    token.chmod(0o600)
    theirs = pathlib.Path(hospital.ca_file).read_bytes()
    hashed = case.run("openssl", "x509", "-hash", "-noout", "-in", str(hospital.ca_file))
    for name in (hashed.stdout.strip() + ".0", "ca-certificates.crt"):  # what OpenSSL looks for
        (case.folder / "machine" / name).write_bytes(theirs)

    def probed(ca_file):
        changes = {"server.url": f'"{hospital.url}"', "server.sign_in": '"bearer"',
                   "server.token_file": f'"{token}"', **ca_file}
        config = case.folder / "kiosk.toml"
        config.write_text(site_config.sample(case.build, changes=changes))
        return case.run("unshare", "-m", "sh", "-c",
                        f'mount --bind {case.folder}/machine /etc/ssl/certs && exec "$@"', "sh",
                        case.build.program("kiosk"), "probe", "--config", str(config))

    by_machine = probed({})
    if by_machine.returncode == 1 and "mount" in by_machine.stderr:
        raise Skip("cannot mount")
    equal(by_machine.returncode, 0, by_machine.stderr)
    other = case.folder / "other.pem"  # of another name: OpenSSL looks an issuer up by that
    made = case.run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=another CA",
                    "-keyout", str(case.folder / "other.key"), "-out", str(other))
    equal(made.returncode, 0, made.stderr)
    refused = probed({"server.ca_file": f'"{other}"'})
    check(refused.returncode != 0 and "certificate" in refused.stdout + refused.stderr,
          lambda: f"{refused.returncode} {refused.stdout} {refused.stderr}")
