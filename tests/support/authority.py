"""A certificate authority of the tests' own, by openssl: a root, an intermediate, and what it signs for 127.0.0.1."""
import os
import pwd
import subprocess
import tempfile
from pathlib import Path

KEYS = {"ec": ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"], "rsa": ["-newkey", "rsa:2048"],
        "weak": ["-newkey", "rsa:1024"], "ed25519": ["-newkey", "ed25519"]}
AUTHORITY = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n"
SERVER = ("basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth\n"
          "subjectAltName=DNS:localhost,IP:127.0.0.1\n")


def openssl(*words, stdin=None):
    done = subprocess.run(["openssl", *map(str, words)], input=stdin, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"openssl {words[0]}: {done.stderr}")
    return done.stdout


class Pair:
    """A certificate with the chain behind it, and its key, readable by the service's account alone."""

    def __init__(self, certificate, key):
        self.certificate, self.key = certificate, key

    def settings(self):
        return {"tls_certificate_file": self.certificate, "tls_key_file": self.key}


class Authority:
    """Made anew for each run: no key of it is in the repository."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="bwca"))
        self.folder.chmod(0o755)  # started as root, the service is another user
        self.count = 0
        self.root = self.folder / "root.pem"
        openssl("req", "-x509", *KEYS["ec"], "-nodes", "-keyout", self.folder / "root.key", "-out", self.root,
                "-days", "30", "-subj", "/CN=Tests' root")
        self.intermediate = self.signed("intermediate", "root", AUTHORITY)

    def signed(self, name, by, extensions, key="ec", times=("-days", "20")):
        """NAME.pem and NAME.key of the folder."""
        here = self.folder
        openssl("req", "-new", *KEYS[key], "-nodes", "-keyout", here / f"{name}.key", "-out", here / f"{name}.csr",
                "-subj", f"/CN={name}")
        (here / f"{name}.ext").write_text(extensions)
        openssl("x509", "-req", "-in", here / f"{name}.csr", "-CA", here / f"{by}.pem", "-CAkey", here / f"{by}.key",
                "-CAcreateserial", "-out", here / f"{name}.pem", "-extfile", here / f"{name}.ext", *times)
        return here / f"{name}.pem"

    def pair(self, key="ec", expired=False, extra=""):
        """A new pair for 127.0.0.1 and localhost; its file has the intermediate behind it."""
        self.count += 1
        name = f"server-{self.count}"
        times = ("-days", "-1") if expired else ("-days", "20")
        leaf = self.signed(name, "intermediate", SERVER + extra, key, times)
        leaf.write_text(leaf.read_text() + self.intermediate.read_text())
        return Pair(leaf, give(self.folder / f"{name}.key"))

    def close(self):
        subprocess.run(["rm", "-rf", "--one-file-system", self.folder], check=False)


def give(path, mode=0o600):
    """To the account that the service runs as."""
    path.chmod(mode)
    if os.geteuid() == 0:
        os.chown(path, pwd.getpwnam("bailiwick").pw_uid, -1)
    return path
