"""What a delivery's code means, for whoever puts it right."""

from __future__ import annotations

WORDS = {
    "mllp_address_not_allowed": "The address is outside the networks that results are sent to.",
    "mllp_connect_timeout": "Nothing answers at its address: a firewall, or it is away.",
    "mllp_connection_lost": "It broke the connection off before it answered.",
    "mllp_connection_refused": "Nothing listens at its port.",
    "mllp_destination_invalid": "The host or the port cannot exist.",
    "mllp_host_unresolved": "Its host name is not known here.",
    "mllp_reply_incomplete": "It closed the connection without a whole answer; it may expect TLS.",
    "mllp_reply_timeout": "It took the message and did not answer in time.",
    "mllp_reply_too_large": "Its answer is too long to be an acknowledgement.",
    "mllp_tls_certificate_early": "Its certificate is not valid yet.",
    "mllp_tls_certificate_expired": "Its certificate has expired.",
    "mllp_tls_certificate_refused": "It asks for a certificate, or does not take ours.",
    "mllp_tls_failed": "TLS could not be begun.",
    "mllp_tls_key_missing": "The key of the certificate shown to it is not here: give it again.",
    "mllp_tls_not_spoken": "It does not speak TLS at this port.",
    "mllp_tls_settings": "The certificates or the name of the destination cannot be used.",
    "mllp_tls_unanswered": "It did not answer the beginning of TLS; it may not speak it here.",
    "mllp_tls_untrusted": "Its certificate is of nobody who is trusted for this destination.",
    "mllp_tls_version": "It offers nothing from TLS 1.2 on.",
    "mllp_tls_wrong_name": "Its certificate is for another name.",
    "mllp_unreachable": "There is no way to its address.",
}
