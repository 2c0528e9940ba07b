"""What an error page or report may show of the settings: no key, no pepper, no address with a password in it."""

import re

from django.views.debug import SafeExceptionReporterFilter


class SecretsFilter(SafeExceptionReporterFilter):
    """Hides every setting whose name says that it is, or carries, a secret."""

    hidden_settings = re.compile(
        "API|AUTH|TOKEN|KEY|SECRET|PASS|SIGNATURE|COOKIE|PEPPER|VAULT|URL|DATABASES", re.IGNORECASE
    )
