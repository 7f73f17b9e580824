"""ECGs an EHR has us take in: asked by FHIR or plain REST, kept or fetched, followed as a task."""
