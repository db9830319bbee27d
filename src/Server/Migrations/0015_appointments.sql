CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE SCHEMA clinic;

CREATE TABLE clinic.appointments (
    id                  uuid        PRIMARY KEY,
    doctor_id           uuid        NOT NULL,
    patient_id          uuid        NOT NULL,
    hospital_id         uuid,
    starts_at           timestamptz NOT NULL,
    ends_at             timestamptz NOT NULL,
    type                text        NOT NULL CHECK (type IN ('regular', 'remote', 'emergency')),
    status              text        NOT NULL CHECK (status IN ('scheduled', 'rescheduled', 'completed', 'cancelled', 'no_show')),
    extras              json,                                -- an object or a text, as it was sent
    overrides           boolean     NOT NULL DEFAULT false,  -- an emergency on top of what was booked before
    override_reason     text,
    cancelled_by        uuid,
    cancellation_reason text,
    sequence            integer     NOT NULL DEFAULT 0,      -- of its changes (RFC 5545)
    created_by          uuid        NOT NULL,
    created_at          timestamptz NOT NULL,
    updated_at          timestamptz NOT NULL,
    deleted_at          timestamptz,                         -- taken back: nobody sees it
    CHECK (ends_at > starts_at),
    CHECK (NOT overrides OR (type = 'emergency' AND override_reason IS NOT NULL)),
    -- Nobody is in two places at once. What an overriding emergency covers is looked up by those who book, who take turns.
    CONSTRAINT doctor_is_free EXCLUDE USING gist (doctor_id WITH =, tstzrange(starts_at, ends_at) WITH &&)
        WHERE (status IN ('scheduled', 'rescheduled') AND NOT overrides AND deleted_at IS NULL),
    CONSTRAINT patient_is_free EXCLUDE USING gist (patient_id WITH =, tstzrange(starts_at, ends_at) WITH &&)
        WHERE (status IN ('scheduled', 'rescheduled') AND NOT overrides AND deleted_at IS NULL)
);
CREATE INDEX appointments_by_doctor ON clinic.appointments (doctor_id, starts_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX appointments_by_patient ON clinic.appointments (patient_id, starts_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX appointments_by_hospital ON clinic.appointments (hospital_id, starts_at DESC, id DESC) WHERE deleted_at IS NULL AND hospital_id IS NOT NULL;
CREATE INDEX appointments_by_time ON clinic.appointments (starts_at DESC, id DESC) WHERE deleted_at IS NULL;

-- What somebody is to be reminded of, and whether it has been said.
CREATE TABLE clinic.reminders (
    id             uuid        PRIMARY KEY,
    appointment_id uuid        NOT NULL REFERENCES clinic.appointments,
    recipient_id   uuid        NOT NULL,        -- the account that is reminded
    patient_id     uuid        NOT NULL,
    at             timestamptz NOT NULL,
    read_at        timestamptz,
    UNIQUE (appointment_id, recipient_id, at)
);
CREATE INDEX reminders_by_recipient ON clinic.reminders (recipient_id, at DESC, id DESC);
