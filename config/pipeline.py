"""The order of stages: done → next. The one place that knows it."""

NEXT: dict[str, tuple[str, ...]] = {
    "decode": ("measure",),
    "measure": ("draft", "infer"),
    "draft": (),
    "infer": ("charge",),
    "sign": ("deliver", "charge"),
    "append": ("deliver",),
    "link": ("deliver",),
}

# Those that follow so quickly that the worker carries them out in the transaction that hands over
# to them; one that fails there waits in the queue like any other.
AT_ONCE = {("measure", "draft"), ("measure", "infer"), ("infer", "charge")}

# What follows in what the platform sends through itself: nothing that is for care, and no charge.
NEXT_OF_CANARY: dict[str, tuple[str, ...]] = {"decode": ("measure",)}

# What carries each stage out; a StageRun names its stage, the queue calls the job with it.
STAGES: dict[str, str] = {
    "measure": "apps.ecg.jobs.measure",
    "draft": "apps.reports.jobs.draft",
    "infer": "apps.inference.jobs.infer",
    "deliver": "apps.integrations.jobs.deliver",
    "charge": "apps.billing.jobs.charge",
}

# Stages that compute for long between reading and writing, with no transaction open.
SLOW = {"measure"}

# Leased tables in the order a worker empties them: results of earlier work leave first.
LEASED: dict[str, str] = {
    "integrations.Delivery": "apps.integrations.jobs.send",
    "reports.EscalationNotice": "apps.integrations.escalations.send",
    "integrations.AlarmNotice": "apps.integrations.alarm_notices.send",
    "integrations.Submission": "apps.integrations.submissions.fetch.fetch",
    "inference.InferenceRun": "apps.inference.jobs.run",
    "ingestion.StorageCommitment": "apps.ingestion.dicom.commitment.answer",
    "ecg.StageRun": "apps.ecg.jobs.run_stage",
    "ingestion.Ingress": "apps.ingestion.jobs.process",
    "ingestion.PathCanary": "apps.ingestion.canary.paths.fly",
    "ingestion.ProfileSample": "apps.ingestion.samples.try_sample",
}

# What the sweeper does besides, once an hour; each settles its own errors.
HOURLY: tuple[str, ...] = (
    "apps.ingestion.upload_ends.sweep_uploads",
    "apps.tenants.anchoring.anchor_hourly",
    "apps.tenants.limits.forget_addresses",
    "apps.ingestion.canary.paths.want_daily",
    "apps.integrations.submissions.sender.forget_nonces",
    "apps.tenants.sign_on.accounts.forget_answers",
    "apps.reports.figures.hourly.count_hourly",
)

# What follows, in the same transaction, where recordings got other statements, times or patients.
AFTER_CHANGE: tuple[str, ...] = (
    "apps.reports.search.index.renew",
    "apps.reports.orders.follow",
)
# What becomes of an algorithm's result beside its statements, in the transaction that accepts it.
ON_RESULT = ("apps.reports.algorithm_alerts.judge_run",)

# What looks for something wrong in one organization → the alarms it raises and resolves.
WATCHERS: dict[str, tuple[str, ...]] = {
    "apps.audit.watch_queues.queues": ("queue.given_up", "queue.waiting", "storage.unavailable"),
    "apps.ingestion.watch.arrivals": (
        "queue.growing",
        "ingestion.site_silent",
        "ingestion.many_refused",
        "ingestion.uploads_full",
    ),
    "apps.integrations.watch.destinations": ("delivery.overdue",),
    "apps.ingestion.canary.verdict.watch": ("canary.failed",),
    "apps.ingestion.canary.paths.watch": ("canary.path",),
    "apps.ingestion.malware.watch": ("scanner.down",),
    "apps.ingestion.smb.unwatched.watch": ("share.unwatched",),
    "apps.ingestion.dicom.unheard.watch": ("dicom.unheard",),
    "apps.integrations.mllp.unheard.watch": ("hl7.unheard",),
    "apps.tenants.watch_lists.watch": ("revocation.stale", "revocation.unusable"),
    "apps.reports.criticals.overdue": ("critical.unacknowledged",),
    "apps.reports.escalation.nobody_there": ("critical.nobody_on_call",),
}
# What follows in each organization, and what the sweeper does besides its queues each round.
AFTER_WATCH = (
    "apps.integrations.escalations.escalate",
    "apps.integrations.alarm_notices.queue_notices",
    "apps.ingestion.quarantine.release_what_may",
    "apps.reports.locking.lock_what_is_due",
)
ROUNDS = ("apps.tenants.watch.go_on", "apps.tenants.entries.close_overdue")
