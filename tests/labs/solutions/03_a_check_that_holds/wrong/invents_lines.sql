-- refused by: known_lines
SELECT concat('X', line_id) AS line_id, 'check' AS rule FROM forms
