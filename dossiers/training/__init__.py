"""The stage of training: classes, enrolment, certificates, in bulk."""
