"""What signing in says. An account that is there and one that is not are answered alike.

The keys are Flask-Security's, without its MSG_.
"""

from __future__ import annotations

NO_MATCH = (
    "No account has this address with this password. Check both;"
    " if you have just joined, follow the link in our mail first."
)
STALE = "This link was used already, or is too old. Ask for a new one."
OF_ANOTHER = "This link belongs to another account than the one you are signed in with. Sign out first, then follow it."
SENTENCES = {
    "API_ERROR": "Please write text.",
    "GENERIC_AUTHN_FAILED": NO_MATCH,
    "EMAIL_NOT_PROVIDED": "Which address?",
    "PASSWORD_NOT_PROVIDED": "Please type your password.",
    "INVALID_EMAIL_ADDRESS": "Write the address like ana@example.com.",
    "INVALID_PASSWORD": "That is not your password.",
    "USER_DOES_NOT_EXIST": NO_MATCH,
    "DISABLED_ACCOUNT": NO_MATCH,
    "CONFIRMATION_REQUIRED": NO_MATCH,
    "EMAIL_ALREADY_ASSOCIATED": "Take another address, please.",
    "PASSWORD_IS_THE_SAME": "That is the password you have. Take another.",
    "PASSWORD_INVALID_LENGTH": "At least %(length)s characters, please.",
    "TWO_FACTOR_INVALID_TOKEN": "That code does not fit, or was used. Wait for the next one in your app.",
    "TWO_FACTOR_METHOD_NOT_AVAILABLE": "Codes come from an authenticator app here.",
    "INVALID_RECOVERY_CODE": "That is none of your recovery codes, or it was used.",
    "NO_RECOVERY_CODES_SETUP": "You have none yet. Make some below.",
}
