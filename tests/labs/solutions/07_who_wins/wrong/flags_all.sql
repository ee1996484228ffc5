-- refused by: nothing_else
SELECT subject_id, property, min(value) AS value, min(fact_id) AS fact_id FROM facts GROUP BY subject_id, property
