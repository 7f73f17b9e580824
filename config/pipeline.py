"""The order of stages: done → next. The one place that knows it."""

NEXT: dict[str, tuple[str, ...]] = {
    "decode": ("measure",),
    "measure": ("draft", "infer"),
    "draft": (),
    "infer": ("charge",),
    "sign": ("deliver", "charge"),
}

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
    "inference.InferenceRun": "apps.inference.jobs.run",
    "ecg.StageRun": "apps.ecg.jobs.run_stage",
    "ingestion.Ingress": "apps.ingestion.jobs.process",
}

# What the sweeper does once an hour, with no scope open.
HOURLY = ("apps.tenants.limits.forget_addresses",)
