/** A training that says whether its graph holds it. */
export const trainingScript = `import provloom
provloom.start_run("www.example.org", "digits")
provloom.log_param("lr", 0.1)
for step in range(20):
    provloom.log_metric("loss", 1 / (step + 1), step=step)
print(provloom.end_run(wait=True))
`

/** What provloom validate says at the end of two documents that nothing is wrong with. */
export const allValid = '2 files: 2 valid; 0 violations and 0 remarks in all\n'
