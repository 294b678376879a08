"""A TPM in software (swtpm), as systemd-creds finds one in a machine."""
import shutil
import socket

from harness import Skip, equal


def free_ports():
    """Two that follow each other: commands, and the TPM's control."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + 1))
                return port
            except (OSError, OverflowError):
                continue


class SoftwareTpm:
    def __init__(self, case, name):
        for program in ("swtpm", "swtpm_setup", "systemd-creds"):
            if not shutil.which(program):
                raise Skip(f"needs {program}")
        self.case = case
        state = case.folder / name
        state.mkdir(mode=0o700)
        made = case.run("swtpm_setup", "--tpm2", "--tpmstate", str(state), "--pcr-banks", "sha256")
        equal(made.returncode, 0, made.stdout + made.stderr)
        port = free_ports()
        self.device = f"swtpm:host=127.0.0.1,port={port}"
        case.start(["swtpm", "socket", "--tpm2", "--tpmstate", f"dir={state}",
                    "--server", f"type=tcp,port={port},bindaddr=127.0.0.1",
                    "--ctrl", f"type=tcp,port={port + 1},bindaddr=127.0.0.1",
                    "--flags", "not-need-init,startup-clear"], case.folder / f"{name}.log")

        # Connecting to the port of commands would end the TPM when that one leaves.
        def listens():
            with socket.socket() as client:
                return client.connect_ex(("127.0.0.1", port + 1)) == 0
        case.until("the TPM listens", listens)

    def credentials(self, *arguments):
        """`systemd-creds ARGUMENTS` with this TPM."""
        return self.case.run("systemd-creds", f"--tpm2-device={self.device}", *arguments)
