"""The mathematics: arrays and the book's letters; no files, no printing, no clock, no config.

Letters and shapes used everywhere below, batches as rows:

    L            layers with weights, numbered 1..L; layer 0 is the input
    n[l]         units in layer l
    m            rows in the batch
    W[l]         weights   (n[l], n[l-1]); W[l][j, k] leads from unit k to unit j, the book's w^l_jk
    b[l]         biases    (n[l],)
    z[l]         weighted inputs a[l-1] W[l]ᵀ + b[l]   (m, n[l])
    a[l]         activations f(z[l])                   (m, n[l]); a[0] is x
    delta[l]     errors ∂C_i/∂z[l], a row for each example i   (m, n[l])
    C            cost (1/m) Σ w_i C_i + l1 Σ|W| + ½ l2 ΣW²
    eta, mu      learning rate, momentum

The equations BP1 to BP4 are those of Nielsen, Neural Networks and Deep Learning (2015), chapter 2.
"""
