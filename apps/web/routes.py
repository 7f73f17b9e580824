"""Routes that show no patient data and therefore leave no reading event, each with why."""

PHI_FREE = {
    "home": "redirects",
    "healthz": "one word",
    "sign-in": "before anybody is known; the attempt itself is recorded",
    "sign-out": "ends the session; recorded",
    "start": "words about the role, links to pages that record for themselves",
    "organizations": "names of the person's organizations; entering one is recorded",
    "worklist-counts": "bounded counts",
    "arrivals-strips": "names and states of stages by random id",
    "arrival-status": "names and states of stages, words of our own, random ids",
    "report-deliveries": "destinations and acknowledgement codes",
    "upload": "a form, and the person's own uploads",
}
