"""The kinds of rows a file may hold, in the order in which they are written."""

from apps.web.onboarding.sections.algorithms import ALGORITHMS
from apps.web.onboarding.sections.destinations import DESTINATIONS
from apps.web.onboarding.sections.dicom import DICOM
from apps.web.onboarding.sections.listeners import LISTENERS
from apps.web.onboarding.sections.members import MEMBERS
from apps.web.onboarding.sections.prices import PRICES
from apps.web.onboarding.sections.shares import SHARES
from apps.web.onboarding.sections.sites import SITES
from apps.web.onboarding.sections.storage import STORAGE

SECTIONS = (
    STORAGE,
    SITES,
    MEMBERS,
    SHARES,
    DICOM,
    LISTENERS,
    DESTINATIONS,
    ALGORITHMS,
    PRICES,
)
