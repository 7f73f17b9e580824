"""Routes that show no patient data and therefore leave no reading event, each with why."""

PHI_FREE = {
    "home": "redirects",
    "healthz": "one word",
    "sign-in": "before anybody is known; the attempt itself is recorded",
    "sign-out": "ends the session; recorded",
    "organizations": "names of the person's organizations; entering one is recorded",
    "worklist-counts": "bounded counts",
    "alarms": "codes, counts, times and random ids",
    "alarm": "acknowledges or resolves, which is recorded",
    "arrivals-strips": "names and states of stages by random id",
    "arrival-status": "names and states of stages, words of our own, random ids",
    "report-deliveries": "destinations and acknowledgement codes",
    "upload": "a form, and the person's own uploads",
}
