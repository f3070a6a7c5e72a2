"""Whom TLS trusts: the authorities that come with Ticker, and those of the machine."""

import os
import ssl

import httpx


def trusted() -> ssl.SSLContext:
    """Whom to trust: the authorities that come with Ticker, and those of the machine (`SSL_CERT_FILE`, `SSL_CERT_DIR`).

    It takes 0.1 s. Where neither are there every https fails, and nothing else: see `trusts_nobody`.
    """
    try:
        tls = httpx.create_ssl_context(trust_env=False)
    except OSError:  # no such file, or none in it
        return ssl.create_default_context()
    tls.load_default_certs()
    return tls


def trusts_nobody(tls: ssl.SSLContext) -> bool:
    """Whether there is no authority: neither of those that come with Ticker, nor any of the machine."""
    folder = ssl.get_default_verify_paths().capath  # read when a certificate is looked for: not counted before
    return not tls.cert_store_stats()["x509_ca"] and not (folder and os.listdir(folder))
