CREATE SCHEMA care;

-- For indexes over lists of words: on arrays in general PostgreSQL cannot promise what it can on texts.
CREATE FUNCTION care.joined(words text[]) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$ SELECT array_to_string(words, E'\n') $$;
CREATE FUNCTION care.lowered(words text[]) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
    SELECT string_to_array(lower(array_to_string(words, E'\n')), E'\n')
$$;

-- Profiles. A hospital's, a doctor's and a patient's own has the id of their account; one that an administrator made for a hospital without an
-- account, and a dependant's, has an id of its own.
CREATE TABLE care.hospitals (
    id           uuid        PRIMARY KEY,
    name         text        NOT NULL,
    address      text,
    city         text,
    state        text,
    country      text,
    contact      text,
    pin_code     text,
    email        text,
    specialities text[]      NOT NULL DEFAULT '{}',
    link         text,
    website      text,
    created_at   timestamptz NOT NULL,
    updated_at   timestamptz NOT NULL,
    deleted_at   timestamptz,            -- nobody sees it from then on; what points to it stays
    search_text  text        NOT NULL GENERATED ALWAYS AS (platform.search_form(
        name || E'\n' || coalesce(city, '') || E'\n' || coalesce(state, '') || E'\n' || coalesce(country, '') || E'\n' || coalesce(address, '') || E'\n'
        || care.joined(specialities))) STORED
);
CREATE INDEX hospitals_by_name ON care.hospitals (lower(name), id) WHERE deleted_at IS NULL;
CREATE INDEX hospitals_by_city ON care.hospitals (lower(city)) WHERE deleted_at IS NULL;
CREATE INDEX hospitals_by_speciality ON care.hospitals USING gin (care.lowered(specialities));
CREATE INDEX hospitals_search ON care.hospitals USING gin (search_text gin_trgm_ops);

CREATE TABLE care.doctors (
    id               uuid        PRIMARY KEY,
    name             text        NOT NULL,
    photo            text,
    designation      text,
    experience       text,
    details          text,
    contact          text,
    specialities     text[]      NOT NULL DEFAULT '{}',
    shift_time_start time,
    shift_time_end   time,                   -- not after the start: the shift ends on the next day
    time_zone        text        NOT NULL DEFAULT 'UTC',  -- IANA, of the shift
    created_at       timestamptz NOT NULL,
    updated_at       timestamptz NOT NULL,
    search_text      text        NOT NULL GENERATED ALWAYS AS (platform.search_form(
        name || E'\n' || coalesce(designation, '') || E'\n' || coalesce(details, '') || E'\n' || care.joined(specialities))) STORED,
    CHECK ((shift_time_start IS NULL) = (shift_time_end IS NULL))
);
CREATE INDEX doctors_by_name ON care.doctors (lower(name), id);
CREATE INDEX doctors_by_speciality ON care.doctors USING gin (care.lowered(specialities));
CREATE INDEX doctors_search ON care.doctors USING gin (search_text gin_trgm_ops);

CREATE TABLE care.patients (
    id                       uuid        PRIMARY KEY,
    user_id                  uuid        NOT NULL,   -- the patient's own account, or the one that added the dependant
    name                     text        NOT NULL,
    dob                      date,
    age                      integer     CHECK (age BETWEEN 0 AND 150),  -- as told, where no date of birth is known
    gender                   text        CHECK (gender IN ('male', 'female', 'other')),
    contact                  text,
    photo                    text,
    blood_group              text,
    height                   numeric,    -- centimetres
    weight                   numeric,    -- kilograms
    allergies                text[]      NOT NULL DEFAULT '{}',
    medications              text[]      NOT NULL DEFAULT '{}',
    conditions               text[]      NOT NULL DEFAULT '{}',
    emergency_contact_name   text,
    emergency_contact_number text,
    address                  text,
    created_at               timestamptz NOT NULL,
    updated_at               timestamptz NOT NULL,
    search_text              text        NOT NULL GENERATED ALWAYS AS (platform.search_form(name || E'\n' || coalesce(contact, ''))) STORED
);
CREATE INDEX patients_by_name ON care.patients (lower(name), id);
CREATE INDEX patients_by_user ON care.patients (user_id);
CREATE INDEX patients_search ON care.patients USING gin (search_text gin_trgm_ops);

-- Who belongs to whom. Taking a row away takes the right away.
CREATE TABLE care.hospital_doctors (
    id          uuid        PRIMARY KEY,
    hospital_id uuid        NOT NULL REFERENCES care.hospitals,
    doctor_id   uuid        NOT NULL REFERENCES care.doctors,
    created_by  uuid        NOT NULL,
    created_at  timestamptz NOT NULL,
    UNIQUE (hospital_id, doctor_id)
);
CREATE INDEX hospital_doctors_by_doctor ON care.hospital_doctors (doctor_id);

CREATE TABLE care.hospital_patients (
    id          uuid        PRIMARY KEY,
    hospital_id uuid        NOT NULL REFERENCES care.hospitals,
    patient_id  uuid        NOT NULL REFERENCES care.patients,
    created_by  uuid        NOT NULL,
    created_at  timestamptz NOT NULL,
    UNIQUE (hospital_id, patient_id)
);
CREATE INDEX hospital_patients_by_patient ON care.hospital_patients (patient_id);

CREATE TABLE care.doctor_patients (
    id         uuid        PRIMARY KEY,
    doctor_id  uuid        NOT NULL REFERENCES care.doctors,
    patient_id uuid        NOT NULL REFERENCES care.patients,
    created_by uuid        NOT NULL,
    created_at timestamptz NOT NULL,
    UNIQUE (doctor_id, patient_id)
);
CREATE INDEX doctor_patients_by_patient ON care.doctor_patients (patient_id);

CREATE TABLE care.user_patients (
    id         uuid        PRIMARY KEY,
    user_id    uuid        NOT NULL,
    patient_id uuid        NOT NULL REFERENCES care.patients,
    relation   text        NOT NULL CHECK (relation IN ('self', 'wife', 'husband', 'spouse', 'child', 'parent', 'guardian', 'friend', 'other')),
    created_by uuid        NOT NULL,
    created_at timestamptz NOT NULL,
    UNIQUE (user_id, patient_id)
);
CREATE INDEX user_patients_by_patient ON care.user_patients (patient_id);

-- The rule: who may read a patient's data, and on what grounds. Administrators may without a row. (Named in Care.Contracts, as all that follow.)
CREATE VIEW care.access_readers AS
    SELECT id AS patient_id, id AS reader_id, 'own record' AS grounds FROM care.patients
    UNION ALL SELECT patient_id, user_id, 'related: ' || relation FROM care.user_patients
    UNION ALL SELECT patient_id, doctor_id, 'treating doctor' FROM care.doctor_patients
    UNION ALL SELECT patient_id, hospital_id, 'hospital of the patient' FROM care.hospital_patients;

CREATE VIEW care.access_patients AS SELECT id, user_id, name, search_text FROM care.patients;
CREATE VIEW care.access_doctors AS SELECT id, name, shift_time_start, shift_time_end, time_zone FROM care.doctors;
CREATE VIEW care.access_hospitals AS SELECT id, name FROM care.hospitals WHERE deleted_at IS NULL;
CREATE VIEW care.access_hospital_doctors AS SELECT hospital_id, doctor_id FROM care.hospital_doctors;
