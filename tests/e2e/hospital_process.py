"""The emulated hospital with its failing network, as a process of its own."""
import datetime
import json

import control
import site_config as site
from harness import Failure, check, equal

CITIZEN = "urn:oid:2.16.840.1.113883.2.3.4.1"
VISIT_KEY = "urn:kiosk:visit-key"
NONCE = "urn:kiosk:nonce"
NUMBER = "urn:kiosk:ticket-number"
TOKEN = "urn:kiosk:ticket-token"


def identifiers(resource, system):
    return [one["value"] for one in resource.get("identifier", []) if one.get("system") == system]


class Hospital:
    def __init__(self, case, name="hospital", environment=None, **options):
        self.case = case
        self.socket = case.folder / f"{name}.socket"
        arguments = [case.build.program("kiosk-hospital"), "--socket", str(self.socket),
                     "--utc-offset-min", str(site.OFFSET_HOURS * 60)]
        for option, value in options.items():
            arguments += [f"--{option.replace('_', '-')}", str(value)]
        process = case.start(arguments, case.folder / f"{name}.log", environment)
        line = process.stdout.readline()
        if not line:
            raise Failure("kiosk-hospital did not start")
        said = json.loads(line)
        self.url = said["url"]
        self.ca_file = said["ca_file"]
        self.people = {one["story"]: one for one in self.ask("people")["people"]}

    def ask(self, op, **members):
        return control.ask(self.socket, {"op": op, **members}, self.case.limit(10))

    def network(self, kind, **members):
        self.ask("network", kind=kind, **members)

    def faults_done(self):
        return self.ask("network", kind="none")["faults_done"]

    def state(self):
        return self.ask("state")["state"]

    def read(self, reference):
        return self.ask("read", reference=reference)["resource"]

    def encounters(self, visit_key):
        """Those that stand for this visit."""
        return [one for one in self.state()["encounters"]
                if one["status"] != "entered-in-error"
                and visit_key in identifiers(one, VISIT_KEY)]

    def tickets(self, visit_key):
        """Way (c): the Tasks that carry number and token."""
        return [one for one in self.state()["tasks"]
                if visit_key in identifiers(one, VISIT_KEY)]

    def admit(self, index, minutes=20, citizen_number=None, booking=None):
        """One more patient with an appointment; gives her codes like one of the demo people."""
        patient, appointment = f"x{index}", f"ax{index}"
        booking, card = booking or f"BK9{index:07}", f"HC9{index:07}"
        start = datetime.datetime.now(datetime.timezone.utc).replace(second=0, microsecond=0)
        start += datetime.timedelta(minutes=minutes)
        known_by = [{"system": "urn:kiosk:hospital-card", "value": card}]
        if citizen_number:
            known_by.append({"system": CITIZEN, "value": citizen_number})
        self.put({"resourceType": "Patient", "id": patient, "active": True,
                  "name": [{"use": "official", "text": f"钱小{index}"}], "gender": "female",
                  "birthDate": "1985-06-07", "identifier": known_by})
        self.put({"resourceType": "Appointment", "id": appointment, "status": "booked",
                  "identifier": [{"system": "urn:kiosk:booking", "value": booking}],
                  "start": start.isoformat(),
                  "end": (start + datetime.timedelta(minutes=10)).isoformat(),
                  "participant": [
                      {"actor": {"reference": f"Patient/{patient}"}, "status": "accepted"},
                      {"actor": {"reference": "Location/room-derma"}, "status": "accepted"},
                      {"actor": {"reference": "Practitioner/dr-derma"}, "status": "accepted"},
                      {"actor": {"reference": "HealthcareService/derma"}, "status": "accepted"}]})
        return {"patient": patient, "appointments": [appointment], "booking": booking,
                "hospital_card": card, "number": citizen_number, "name": f"钱小{index}"}

    def put(self, resource):
        self.ask("put", resource=json.dumps(resource))

    def knows_arrival(self, visit_key, number, way="transaction"):
        """Exactly one arrival with this number, whole, and the Appointment says so too."""
        appointment = self.read(f"Appointment/{visit_key.split('/')[0]}")
        equal(appointment["status"], "arrived", "the Appointment's status")
        if way == "appointment_only":
            told = self.tickets(visit_key)
            equal(len(told), 1, "Tasks of the visit")
            equal(told[0]["focus"]["reference"], f"Appointment/{appointment['id']}", "its focus")
            instant = told[0]["authoredOn"]
            equal(self.state()["encounters"] and self.encounters(visit_key), [], "Encounters")
        else:
            told = self.encounters(visit_key)
            equal(len(told), 1, "Encounters of the visit")
            equal(told[0]["status"], "arrived", "the Encounter's status")
            instant = told[0]["period"]["start"]
        equal(identifiers(told[0], NUMBER), [number], "its number")
        for system in (NONCE, TOKEN):
            values = identifiers(told[0], system)
            check(len(values) == 1 and len(values[0]) == 32, f"{system} is {values}")
        return datetime.datetime.fromisoformat(instant)
