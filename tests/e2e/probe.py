"""`kiosk probe`: what it finds out about a server, and a kiosk that goes by it."""
import json

from harness import check, e2e, equal
from hospital_process import Hospital
from kiosk_process import Kiosk
from sign_in import smart
import site_config as site


def probe(case, *arguments, status=0):
    """Report and progress of a probe that ends so."""
    done = case.run(case.build.program("kiosk"), "probe", *arguments, seconds=60)
    equal(done.returncode, status, f"exit status of {arguments}\n{done.stdout}{done.stderr}")
    return done.stdout, done.stderr


def line_of(report, topic):
    lines = [line for line in report.splitlines() if line[9:].startswith(topic + " ")]
    check(lines, f"nothing of {topic} in\n{report}")
    return lines[0]


def says(report, topic, grade, words=""):
    line = line_of(report, topic)
    check(line.startswith(grade + " ") and words in line, f"{grade} {words}: {line}")


def left_of_the_probe(hospital):
    """Resources of the probe that still stand."""
    state = hospital.state()
    return [one["id"] for kind in ("encounters", "appointments", "tasks") for one in state[kind]
            if "urn:kiosk:probe" in json.dumps(one) or "kiosk-probe" in json.dumps(one)]


def probed_kiosk_checks_in(case, hospital, **written):
    """Probes the hospital, then runs a kiosk that knows of it only what was written."""
    profile = case.folder / "server.toml"
    report, progress = probe(case, hospital.url, "--write-test-data", "--write", str(profile))
    check("... transactions" in progress or written["way"] == "appointment_only", progress)
    for key, value in written.items():
        check(f'{key} = "{value}"' in profile.read_text(), f"{key}: {profile.read_text()}")
    equal(left_of_the_probe(hospital), [], "what stays of the probe")
    wrong = {"server.arrival.way": '"appointment_only"', "server.arrival.change_by": '"put"'}
    kiosk = Kiosk(case, hospital,
                  changes={**wrong, "server.profile": f'"{profile}"'}).ready()
    who = hospital.people["one_booked"]
    kiosk.scan(who["booking"])
    number, _ = kiosk.confirm()
    kiosk.synced()
    hospital.knows_arrival(who["appointments"][0], number, written["way"])
    equal(kiosk.status()["outbox"]["refused"], 0, "refused arrivals")
    return report, hospital.ask("requests")["requests"]


@e2e("probe: a server with transactions, and a kiosk by its profile", short=True, seconds=6)
def with_transactions(case):
    hospital = Hospital(case)
    report, requests = probed_kiosk_checks_in(
        case, hospital, way="transaction", change_by="json_patch", status="arrived")
    for topic in ("FHIR version", "stale If-Match", "racing creates", "transactions", "caches",
                  "page links", "JSON Patch", "test data", "our sign-in"):
        says(report, topic, "PASS")
    check(requests[-1].startswith("POST /fhir"), "the kiosk asked last")
    check("POST /fhir" in requests, "no transaction was sent")


@e2e("probe: 409, no transactions, no patches, a cache and races", seconds=8)
def without_transactions(case):
    hospital = Hospital(case, way="one_by_one", stale_status=409, cannot="json_patch",
                        search_cache_ms=60000, race_ms=50)
    report, requests = probed_kiosk_checks_in(
        case, hospital, way="one_by_one", change_by="put", status="arrived")
    says(report, "stale If-Match", "differs", "HTTP 409")
    says(report, "transactions", "absent", "501")
    says(report, "JSON Patch", "absent")
    says(report, "PUT", "PASS")
    says(report, "caches", "PASS", "no-cache")
    check(any(one.startswith("PUT /fhir/Appointment/") for one in requests[-20:]), "no PUT")


@e2e("probe: without leave to write it changes nothing and says what it did not see", short=True)
def read_only(case):
    hospital = Hospital(case)
    profile = case.folder / "server.toml"
    report, _ = probe(case, hospital.url, "--write", str(profile))
    says(report, "writing", "not seen", "--write-test-data")
    check("[server.arrival]" not in profile.read_text(), "guesses were written")
    for request in hospital.ask("requests")["requests"]:
        check(request.startswith("GET ") or request.endswith("/_search"), request)


@e2e("probe: the kiosk's own sign-in, and what is said without it", seconds=4)
def signs_in(case):
    folder = case.folder / "tls"
    folder.mkdir()
    hospital = Hospital(case, tls=folder, bearer="a-token")
    token = case.folder / "token"
    token.write_text("a-token")
    token.chmod(0o600)
    config = case.folder / "kiosk.toml"
    config.write_text(site.sample(case.build, changes={
        "server.sign_in": '"bearer"', "server.token_file": f'"{token}"',
        "server.ca_file": f'"{hospital.ca_file}"', "server.url": f'"{hospital.url}"'}))
    report, progress = probe(case, "--config", str(config))
    says(report, "sign-in wanted", "PASS", "401")
    says(report, "our sign-in", "PASS")
    check("a-token" not in report + progress, "the token is shown")
    token.write_text("another")
    report, _ = probe(case, "--config", str(config), status=1)
    says(report, "our sign-in", "FAILS")
    check("does NOT work" in report, report)


@e2e("probe: SMART Backend Services, from the configuration to a test arrival", seconds=4)
def smart_sign_in(case):
    hospital, changes = smart(case, "ES384")
    config = case.folder / "kiosk.toml"
    config.write_text(site.sample(case.build, changes={
        **changes, "server.url": f'"{hospital.url}"'}))
    report, _ = probe(case, "--config", str(config), "--write-test-data")
    says(report, "SMART sign-in", "PASS", "/auth/token, ES384")
    says(report, "sign-in wanted", "PASS", "401")
    says(report, "transactions", "PASS")
    equal(hospital.ask("desk")["refusals"], [], "refusals of the token endpoint")


@e2e("probe: nobody there, wrong usage, a file that is somebody else's", short=True)
def refusals(case):
    report, _ = probe(case, "http://127.0.0.1:1/fhir", status=69)
    check("cannot be reached" in report, report)
    probe(case, "http://fhir.example.org/r4", status=69)  # plain http beyond this machine
    _, words = probe(case, status=64)
    check("give a URL" in words, words)
    probe(case, "http://127.0.0.1:1/fhir", "--appointment", "7", status=64)
    hospital = Hospital(case)
    other = case.folder / "notes.txt"
    other.write_text("keep me\n")
    probe(case, hospital.url, "--write", str(other), status=1)
    equal(other.read_text(), "keep me\n", "the other file")
