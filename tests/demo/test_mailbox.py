"""The demo's mail server: what is sent to it can be read in its folder, and goes nowhere else."""

from __future__ import annotations

import smtplib
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path
from urllib.parse import urlsplit

from wharfinger.site.demo.mailbox import Mailbox


def test_a_mail_lands_in_the_folder(tmp_path: Path) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = (
        "wharfinger@localhost",
        "petra@kranholm.example",
        "Zu bestellen: Gerät",
    )
    mail.set_content("first line\n.\n..a line that begins with dots\n")
    with Mailbox(tmp_path / "mail") as mailbox:
        address = urlsplit(mailbox.begin())
        assert address.hostname
        assert address.port
        for _ in range(2):
            with smtplib.SMTP(address.hostname, address.port, timeout=10) as smtp:
                smtp.send_message(mail)
        mailbox.shutdown()
    first, second = sorted((tmp_path / "mail").iterdir())
    assert [first.name, second.name] == ["00001.eml", "00002.eml"]
    read = BytesParser(policy=default).parsebytes(first.read_bytes())
    assert read["Subject"] == "Zu bestellen: Gerät"
    assert read["To"] == "petra@kranholm.example"
    assert read.get_content().splitlines() == ["first line", ".", "..a line that begins with dots"]
